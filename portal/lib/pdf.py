"""Papers: tagged PDF/A out of a Typst template, in milliseconds, whatever signs people have typed."""

import json
import os
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import fontpkg_noto_sans
from django.conf import settings

from .signs import visible

# Where a template lies, or the template itself.
Source = TypeVar("Source", str, bytes)

ACCESSIBLE = ("a-3a", "ua-1")
# What carries XML for machines inside is finished by factur-x, which writes this level into the metadata.
CARRIER = ("a-3b",)
# Stands for a sign that the papers' fonts do not have.
BOX = "\u25a1"
# The end of Latin Extended-B, and what stands in German text besides: every paper can print it.
LAST_LATIN = "\u024f"
PUNCTUATION = set("\u2013\u2014\u2018\u2019\u201a\u201c\u201d\u201e\u2022\u2026\u20ac\u25a1\ufffd\n")
# More different signs than this are not asked one by one: somebody waits for the page.
MOST_ASKED = 100


class PaperRefused(Exception):
    """The typesetter could not make the paper; the text is its own."""


def make_pdf(template: str | Path, *, standards: Sequence[str] = ACCESSIBLE, **data: Any) -> bytes:
    """The paper, tagged, by default PDF/A-3a and PDF/UA-1. Raises PaperRefused for what would not conform.

    template: path of a .typ file, which reads `json(bytes(sys.inputs.data))`. data: anything JSON can say. The paper is
    made whatever the texts hold: where a sign is missing in the fonts, a box stands in its place. The fonts are an
    installed package's and those that typst carries, never the machine's: a paper looks the same everywhere.
    """
    for fit in (unjoined, printable, latin):
        try:
            return _compile(str(template), _each_text(data, fit), standards)
        except PaperRefused as error:
            refusal = error
    raise refusal


def unjoined(text: str) -> str:
    """What can be seen of the text; joiners within pictures would only be in the way of who reads or searches it."""
    return re.sub("[\u200d\ufe0e\ufe0f]", "", visible(text))


def printable(text: str) -> str:
    """The text with a box for each sign that the papers' fonts do not have, or its plain form where they have that."""
    text = unjoined(text)
    unusual = {sign for sign in text if sign > LAST_LATIN and sign not in PUNCTUATION}
    if len(unusual) > MOST_ASKED:
        return latin(text)
    return text.translate({ord(sign): _plain(sign) for sign in unusual if not can_print(sign)})


def latin(text: str) -> str:
    """The text with a box for each sign outside the Latin letters."""
    return "".join(sign if sign <= LAST_LATIN or sign in PUNCTUATION else BOX for sign in unjoined(text))


def _plain(sign: str) -> str:
    # A mark above or below a letter says nothing by itself.
    if unicodedata.combining(sign):
        return ""
    plain = unicodedata.normalize("NFKC", sign)
    return plain if plain != sign and all(map(can_print, plain)) else BOX


@lru_cache(maxsize=20_000)
def can_print(sign: str) -> bool:
    """Whether the fonts have this sign: asked of the typesetter itself, so that nothing is listed here."""
    fonts = '#set text(lang: "de", font: ("Noto Sans", "Libertinus Serif"))'
    template = f'#set document(title: "-")\n{fonts}\n#json(bytes(sys.inputs.data))'
    try:
        _compile(template.encode(), sign, ACCESSIBLE)
    except PaperRefused:
        return False
    return True


def _compile(template: Source, data: Any, standards: Sequence[Any]) -> bytes:
    # Web processes show pages; what sets papers takes its memory where it is used.
    import typst

    inputs = {"data": json.dumps(data)}
    # Papers share portal/lib/letter.typ; a template that lies elsewhere stands alone.
    root: Any = settings.BASE_DIR if Path(os.fsdecode(template)).is_relative_to(settings.BASE_DIR) else None
    fonts: Any = [Path(fontpkg_noto_sans.__file__).parent]
    try:
        return typst.compile(
            template,
            root=root,
            sys_inputs=inputs,
            pdf_standards=list(standards),
            font_paths=fonts,
            ignore_system_fonts=True,
        )
    except typst.TypstError as error:
        raise PaperRefused(str(error)) from error


def _each_text(data: Any, fit: Callable[[str], str]) -> Any:
    """The same data with every text in it made fit."""
    if isinstance(data, dict):
        return {name: _each_text(value, fit) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_each_text(value, fit) for value in data]
    return fit(data) if isinstance(data, str) else data
