"""The text inside the documents: taken out by the worker, found by the search."""
