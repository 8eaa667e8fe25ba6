"""CSV that a spreadsheet opens without running anything."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(value):
    """The value as text; what a spreadsheet would take for a formula gets an apostrophe (ASVS 1.2.10)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def safe_row(values):
    return [safe(value) for value in values]
