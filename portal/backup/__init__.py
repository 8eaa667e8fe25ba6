"""One file with everything: the database and the files its rows name, of one moment; and the way back."""
