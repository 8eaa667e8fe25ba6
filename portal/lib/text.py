import unicodedata
import uuid

LONGEST_QUERY = 200


def clean_query(text: str) -> str:
    """What somebody typed to search for, made harmless: composed, no control signs, bounded, blanks folded."""
    composed = unicodedata.normalize("NFC", text[: LONGEST_QUERY * 4])
    printable = "".join(_printable(sign) for sign in composed)
    return " ".join(printable.split())[:LONGEST_QUERY].rstrip()


def _printable(sign: str) -> str:
    if sign.isprintable():
        return sign
    # Soft hyphens and the like stand inside words that were copied; anything else stands between words.
    return "" if unicodedata.category(sign) == "Cf" else " "


def as_uuid(text: str) -> uuid.UUID | None:
    """The UUID that a text says, or None."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
