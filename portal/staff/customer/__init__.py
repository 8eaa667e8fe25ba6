"""The page of one customer: reads first, a tab for each kind of matter, each thing with its action beside it."""
