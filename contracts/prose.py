"""The lines of a paper as one reads them: headings, paragraphs and list items, without letterhead and page numbers."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.utils import translation

from portal.lib.letterhead import head_of

from .models import Terms

HEADING = re.compile(
    r"(§+\s*\d+\w?|Artikel\s+\d+|Anlage(\s+\d+)?|Anhang(\s+\d+)?|Präambel|\d{1,2}(\.\d{1,2}){0,2}\.?)(\s|:|$)"
)
ITEM = re.compile(r"([-–•]|\(?[a-z0-9]{1,2}\))\s+")
PAGE_NUMBER = re.compile(r"(Seite\s+)?\d+\s*(/|von)\s*\d+")
DATE = re.compile(r"((Datum|Gültig ab|Stand):?\s+)?\d{1,2}\.\d{1,2}\.\d{4}")
LONGEST_HEADING = 100


class Block(NamedTuple):
    """kind: "heading", "text" or "item"."""

    kind: str
    text: str


def text_of(terms: Terms, lines: Iterable[str]) -> list[Block]:
    """The lines of general terms (contracts.reading) as blocks, without what their letterhead and title say."""
    brand = settings.BRAND
    # Papers of the vendor are German, whoever reads about them.
    with translation.override("de"):
        head = head_of("vendor")
    around = (head["legal"], head["contact"], head["sender"], terms.title, terms.number, brand["vendor"], brand["name"])
    return blocks_of(lines, without=around)


def blocks_of(lines: Iterable[str], *, without: Iterable[str] = ()) -> list[Block]:
    """The lines of a PDF (contracts.reading) as blocks; a sentence broken over lines is one paragraph again.

    without: what stands on the page anyway, such as title, number and firm: a short line of nothing else is left out.
    """
    known = [text.casefold() for text in without if text]
    blocks: list[Block] = []
    for line in lines:
        if _is_furniture(line, known):
            continue
        kind = "heading" if _is_heading(line) else "item" if ITEM.match(line) else "text"
        if kind == "text" and blocks and _goes_on(blocks[-1]):
            blocks[-1] = Block(blocks[-1].kind, _joined(blocks[-1].text, line))
        else:
            blocks.append(Block(kind, line))
    return blocks


def _goes_on(block: Block) -> bool:
    return block.kind != "heading" and not block.text.endswith((".", ":", "!", "?"))


def _is_heading(line: str) -> bool:
    is_short = len(line) <= LONGEST_HEADING and not line.endswith((".", ",", ";"))
    return is_short and bool(HEADING.match(line)) and bool(re.search(r"[^\W\d_]", line))


def _is_furniture(line: str, known: list[str]) -> bool:
    rest = line.casefold()
    for text in known:
        rest = rest.replace(text, "")
    if rest != line.casefold() and len(rest) <= LONGEST_HEADING // 2 and not rest.strip(" ·:.-").count(" ") > 4:
        return True
    return bool(PAGE_NUMBER.fullmatch(line) or DATE.fullmatch(line))


def _joined(before: str, after: str) -> str:
    """ "Auftrags-" and "verarbeiter" become one word again; "Firmen- und" stays."""
    if before.endswith("-") and after[:1].islower() and not after.startswith(("und ", "oder ")):
        return before[:-1] + after
    return f"{before} {after}"
