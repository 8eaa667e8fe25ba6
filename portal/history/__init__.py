"""What became of every row that staff can change: who, when, what before and after."""
