"""Numbers of the ERP as one segment of an address, whatever signs are in them.

In urls.py: `path("artikel/<number:article>/", …)`. Patterns that go on behind the number stand before the one that ends
with it, because a number that arrives as it is may hold slashes.
"""

import re
from urllib.parse import unquote

from django.urls import register_converter

# Letters and digits of any language need no escape; "%" would be undone on the way by servers in between.
ESCAPED = re.compile(r"~([0-9A-Fa-f]{2})")
OWN_WORD = re.compile(r"[a-z-]+")


class NumberConverter:
    """A number written so that no browser and no server in between changes it: "GIR-0266/03" is "GIR-0266~2F03".

    Read are both spellings, ours and the plain one, with or without percent signs. Only plain numbers with a tilde
    before two hexadecimal digits must come in our spelling.
    """

    regex = ".+?"

    def to_python(self, value: str) -> str:
        """Raises ValueError, which is a 404, for what no database keeps and no UTF-8 says."""
        number = unquote(ESCAPED.sub(r"%\1", value.replace("%", "%25")), errors="strict")
        if "\0" in number:
            raise ValueError("no number holds this")
        return number

    def to_url(self, value: str) -> str:
        number = str(value)
        # Nothing but dots is a step in a path; nothing but small letters may be one of our own words ("protokoll").
        first = 1 if OWN_WORD.fullmatch(number) else len(number) if not number.strip(".") else 0
        return "".join(_escaped(sign) for sign in number[:first]) + "".join(
            sign if sign.isalnum() or sign in "-_." else _escaped(sign) for sign in number[first:]
        )


def _escaped(sign: str) -> str:
    return "".join(f"~{byte:02X}" for byte in sign.encode())


register_converter(NumberConverter, "number")
