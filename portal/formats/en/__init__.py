"""See formats.py."""
