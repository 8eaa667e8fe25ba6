import uuid

LONGEST_QUERY = 200


def clean_query(text):
    """What somebody typed to search for, made harmless: no control signs, bounded, blanks folded."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text[: LONGEST_QUERY * 4])
    return " ".join(printable.split())[:LONGEST_QUERY]


def as_uuid(text):
    """The UUID that a text says, or None."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
