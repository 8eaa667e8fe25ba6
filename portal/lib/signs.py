"""The signs that a text may hold: one rule for forms, models, the admin, the import, the interface and papers."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Unicode's control and format signs, separators of lines, and halves of signs: nobody sees them, they change the rest.
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# Letters, symbols and variants that show nothing (Default_Ignorable_Code_Point), and an empty braille cell.
UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
# What str.splitlines takes for the end of a line.
BREAKS = set("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
# In a text of several lines: its breaks, tabs, and what word processors leave behind and nobody could find again.
IN_LINES = set("\n\r\t\u2028\u2029\u00ad\u200b\u200c\u200d\u2060\ufeff")
# A joiner or a variant within a picture sign, as telephones type them; anywhere else they are hidden signs too.
PICTURE = r"[\u00a9\u00ae\u203c\u2049\u2100-\u27ff\u2900-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
JOINED = re.compile(rf"(?<={PICTURE})\ufe0f?\u200d(?={PICTURE})|(?:(?<={PICTURE})|(?<=[0-9#*]))[\ufe0e\ufe0f]")
# The worst of it as PostgreSQL's regular expressions say it: controls, breaks and turned directions.
HIDDEN_SQL = r"[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]"
REPLACEMENT = "\ufffd"


def is_hidden(sign: str) -> bool:
    """Whether a sign shows nothing or is none at all: controls, directions, joiners, halves, non-characters."""
    return unicodedata.category(sign) in HIDDEN or UNSEEN.match(sign) is not None or _is_none(sign)


def _is_none(sign: str) -> bool:
    """Unicode's non-characters, which XML and databases refuse or lose."""
    return "\ufdd0" <= sign <= "\ufdef" or ord(sign) & 0xFFFE == 0xFFFE


def place_of_hidden(text: str, *, lines: bool = False) -> int | None:
    """Where the first sign stands that this text may not hold, or None. lines: whether it may have several lines."""
    if text.isprintable() and not UNSEEN.search(text):
        return None
    joined = _joined(text)
    for place, sign in enumerate(text):
        if is_hidden(sign) and place not in joined and not (lines and sign in IN_LINES):
            return place
    return None


def refuse_hidden(text: str, *, lines: bool = False) -> None:
    """Raises ValidationError, in a sentence that says where, for a text with a sign that it may not hold."""
    place = place_of_hidden(text, lines=lines)
    if place is None:
        return
    before = " ".join(visible(text[:place]).split())[-20:]
    if text[place] in BREAKS and before:
        sentence = _("Only one line fits here. Please take out the line break after “%(before)s”.")
    elif before:
        sentence = _("After “%(before)s” stands a sign that cannot be seen. Please type this part again.")
    else:
        sentence = _("The text begins with a sign that cannot be seen. Please type it again.")
    raise ValidationError(sentence, code="hidden_sign", params={"before": before})


def visible(text: str) -> str:
    """The text for a paper or for XML: its lines and what can be seen, with a mark for what is no sign at all.

    Every sign of it is one of XML 1.0 and of UTF-8.
    """
    if text.isprintable() and not UNSEEN.search(text):
        return text
    text = re.sub("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    joined = _joined(text)
    return "".join(sign if place in joined else _shown(sign) for place, sign in enumerate(text))


def _shown(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind == "Cs" or _is_none(sign):
        return REPLACEMENT
    if kind == "Cc":
        return sign if sign == "\n" else " "
    return "" if is_hidden(sign) else sign


def _joined(text: str) -> set[int]:
    """The places of joiners and variants that belong to a picture sign."""
    return {place for found in JOINED.finditer(text) for place in range(*found.span())}
