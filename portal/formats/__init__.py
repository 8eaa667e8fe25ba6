"""Django's formats, per language."""
