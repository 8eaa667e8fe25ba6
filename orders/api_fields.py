"""What the fields of the ERP's interface take: refused with 422 and the field's name, never with an error of ours."""

import json
import re
from typing import Annotated, Any

from django.http import HttpRequest
from ninja.parser import Parser
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from portal.lib.signs import place_of_hidden

# Letters, digits and the signs that numbers of papers are written with; each part begins with a letter or digit.
PAPER_NUMBER = re.compile(r"[^\W_]+(?:[ ._/+-]{1,3}[^\W_]+)*\.?")
# More digits than any number of ours has.
LONGEST_NUMBER = 30


def _one_line(text: str) -> str:
    if (place := place_of_hidden(text)) is not None:
        raise PydanticCustomError("hidden_sign", "sign {place} is a line break or cannot be seen", {"place": place + 1})
    return text


def _paper_number(text: str) -> str:
    if not PAPER_NUMBER.fullmatch(text) or ".." in text or "//" in text:
        raise PydanticCustomError("paper_number", "not a number of a paper: letters and digits with . _ / + - between")
    return text


Line = Annotated[str, AfterValidator(_one_line)]
PaperNumber = Annotated[Line, AfterValidator(_paper_number)]


class JsonParser(Parser):
    """Reads JSON in UTF-8 (RFC 8259); a number of endless digits reaches its field as text, which refuses it."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body.decode(), parse_int=_whole)


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits
