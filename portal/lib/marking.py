"""Words that were found, marked in the text they were found in."""

import re
import unicodedata

from django.utils.html import conditional_escape, escape, format_html_join
from django.utils.safestring import SafeString, mark_safe

from .text import clean_query

# Around a hit in what the database cuts out; no text that is stored may hold them.
FROM, TO = "\ue000", "\ue001"
# From here on a word may be cut at its ending.
LONG = 4
# So much of a text stands around the first hit in it.
BEFORE, AROUND = 60, 220


def normal(text: str) -> str:
    """In small letters, umlauts written out; as the database's shop_normal does it."""
    text = unicodedata.normalize("NFC", text).lower()
    for umlaut, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.replace(umlaut, written)
    return text


def joined(text: str) -> str:
    """A compound as one word, however it was typed: "Online-Banking" is "onlinebanking"."""
    return "".join(sign for sign in normal(text) if sign.isalnum())


def marked(text: str, terms: str) -> SafeString:
    """The text as HTML with the words that were found in <mark>."""
    words = spelt(terms)
    if not words:
        return conditional_escape(text)
    parts = re.split(r"(\w[\w-]*)", text)
    return format_html_join("", "{}", ((_mark(part, words),) for part in parts))


def spelt(terms: str) -> list[str]:
    """The words as they are looked for in a text."""
    return [word for term in clean_query(terms).split() for word in {normal(term), joined(term)} if len(word) > 1]


def is_hit(token: str, words: list[str]) -> bool:
    """Whether a word of a text is one of those looked for, or holds it."""
    own, whole = normal(token), joined(token)
    return len(own) > 1 and any(word in own or word in whole or _same_stem(word, whole) for word in words)


def _mark(part: str, words: list[str]) -> SafeString:
    return format_html_join("", "<mark>{}</mark>", [(part,)]) if is_hit(part, words) else conditional_escape(part)


def _same_stem(word: str, token: str) -> bool:
    # "Abrechnungen" marks "Nebenkostenabrechnung", "Häuser" marks "Haus" only by chance: endings, not vowels.
    return len(word) > LONG + 1 and word[: max(LONG + 1, len(word) - 3)] in token


def part_of(text: str, terms: str) -> SafeString:
    """What stands around the first hit in a text, marked; "" where there is none."""
    words, text = spelt(terms), " ".join(text.split())
    first = next((found for found in re.finditer(r"\w[\w-]*", text) if is_hit(found[0], words)), None)
    if first is None:
        return SafeString("")
    begin = text.rfind(" ", 0, max(0, first.start() - BEFORE)) + 1 if first.start() > BEFORE else 0
    end = len(text) if len(text) - begin <= AROUND else text.rfind(" ", 0, begin + AROUND)
    # A word longer than all that is shown of it.
    end = max(end, first.end())
    return marked(f"{'… ' if begin else ''}{text[begin:end]}{' …' if end < len(text) else ''}", terms)


def from_database(cut: str) -> SafeString:
    """What the database cut out of a text, with its own marks turned into <mark>; all else is escaped."""
    return mark_safe(escape(cut).replace(FROM, "<mark>").replace(TO, "</mark>"))  # noqa: S308 - escaped before
