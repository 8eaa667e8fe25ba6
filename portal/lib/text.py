LONGEST_QUERY = 200


def clean_query(text):
    """What somebody typed to search for, made harmless: no control signs, bounded, blanks folded."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text[: LONGEST_QUERY * 4])
    return " ".join(printable.split())[:LONGEST_QUERY]
