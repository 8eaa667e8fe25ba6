"""A mail as its two halves: the pieces of a marked text, written as plain text and as a page.

A template marks what is more than words with signs that nobody's text can hold: links of our own, rows of a table, fine
print. Everything else is read as people write it: "- " is an item of a list, "> " a quotation, and a link with a line
to itself is a button that is named by the line above it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

BEGIN, END = "\ue000", "\ue001"
PIECE, CELL, PIECE_END = "\ue002", "\ue003", "\ue004"
MARKED = re.compile(f"{BEGIN}([^{BEGIN}{END}]*){END}")
PIECES = re.compile(f"{PIECE}([^{PIECE}{PIECE_END}]*){PIECE_END}")
BLANK_LINES = re.compile(r"\n\s*\n")
# An amount and its sign stay together, whatever has become of the blank between them.
PARTED = re.compile(r"(?<=\d) (?=[€%](?!\w))")
# A line of the text half with an amount at its right end.
WIDTH = 64
# How a line begins that is more than words.
SIGNS = {"- ": "items", "> ": "quote"}


@dataclass
class Block:
    """One piece of a mail. kind: "words", "items", "quote", "button", "facts", "lines", "fine" or "foot"."""

    kind: str
    lines: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def __str__(self) -> str:
        """As the text half says it."""
        return "\n".join(_bare(line) for line in _text(self))

    @property
    def html(self) -> SafeString:
        return format_html_join(SafeString("<br>"), "{}", ((_inline(line),) for line in self.lines))

    @property
    def html_lines(self) -> list[SafeString]:
        return [_inline(line) for line in self.lines]

    @property
    def html_rows(self) -> list[dict[str, Any]]:
        """{"kind", "name", "value", "notes"} of each row of a table."""
        return [
            {"kind": kind, "name": _inline(name), "value": _inline(value), "notes": list(map(_inline, notes))}
            for kind, name, value, *notes in self.rows
        ]


def piece(kind: str, *cells: Any) -> str:
    """Marks a piece for the parser: a row of a table ("fact", "head", "line", "sum", "total"), "fine" or "foot"."""
    return PIECE + CELL.join([kind, *map(str, cells)]) + PIECE_END


def blocks_of(marked: str) -> list[Block]:
    """The pieces of a marked text in their order."""
    found: list[Block] = []
    # split() by a pattern with one group: words, piece, words, …
    for odd, part in enumerate(PIECES.split(PARTED.sub("\N{NO-BREAK SPACE}", marked))):
        if odd % 2:
            _add(found, part.split(CELL))
        else:
            found.extend(block for words in BLANK_LINES.split(part.strip()) for block in _paragraph(words))
    return found


def _add(found: list[Block], cells: list[str]) -> None:
    """One marked piece; rows of one table come one after the other."""
    kind = {"fact": "facts", "fine": "fine", "foot": "foot"}.get(cells[0], "lines")
    if kind in {"fine", "foot"}:
        found.append(Block(kind, [line.strip() for line in cells[1].strip().splitlines()]))
        return
    if not (found and found[-1].kind == kind):
        found.append(Block(kind))
    found[-1].rows.append(cells)


def _paragraph(words: str) -> Iterator[Block]:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    for kind, group in groupby(_with_buttons(lines), key=lambda line: line[0]):
        texts = [text for _kind, text in group]
        if kind == "button":
            yield from (Block("button", text.split(CELL)) for text in texts)
        else:
            yield Block(kind, texts)


def _with_buttons(lines: list[str]) -> Iterator[tuple[str, str]]:
    """(kind, line); a button comes with its name before it."""
    for place, line in enumerate(lines):
        after = lines[place + 1] if place + 1 < len(lines) else ""
        before = lines[place - 1] if place else ""
        if button := MARKED.fullmatch(line):
            yield "button", f"{before[:-1] if before.endswith(':') else _('Open the link')}{CELL}{button[1]}"
        elif not (line.endswith(":") and MARKED.fullmatch(after)):
            kind = SIGNS.get(line[:2], "quote" if line == ">" else "words")
            yield kind, line[2:] if kind == "items" else line[1:].strip() if kind == "quote" else line


# --- the text half ---


def text_of(blocks: Iterable[Block]) -> str:
    return "\n\n".join(map(str, blocks)) + "\n"


def _text(block: Block) -> list[str]:
    if block.kind == "button":
        return [f"{block.lines[0]}:", block.lines[1]]
    if block.kind == "facts":
        width = max(len(name) for _kind, name, *_value in block.rows) + 3
        return [f"{name + ':':{width}}{_bare(value)}" for _kind, name, value in block.rows]
    if block.kind == "lines":
        return [line for row in block.rows for line in _row(*row)]
    begin = {"items": "- ", "quote": "> "}.get(block.kind, "")
    return [(begin + line).rstrip() for line in block.lines]


def _row(kind: str, name: str, amount: str, *notes: str) -> list[str]:
    """A line of an order in one or more lines, the amount at the right end."""
    if kind == "head":
        return [_ends(name, amount), "-" * WIDTH]
    if kind == "line":
        said = [name, *(f"   {note}" for note in notes)]
        # Beside quantity and price, where they are said.
        with_amount = min(1, len(notes))
        return [_ends(said_line, amount) if place == with_amount else said_line for place, said_line in enumerate(said)]
    rule = ["=" * WIDTH] if kind == "total" else []
    return [*rule, _ends(f"{name:>{WIDTH - 16}}", amount)]


def _ends(left: str, right: str) -> str:
    return f"{left}  {right:>{max(0, WIDTH - len(left) - 2)}}".rstrip()


def _bare(line: str) -> str:
    return MARKED.sub(r"\1", line)


# --- the HTML half ---


def html_of(subject: str, text: str | list[Block]) -> str:
    """The marked text, or its blocks, as a page under the subject as its heading."""
    blocks = blocks_of(text) if isinstance(text, str) else text
    said = [block for block in blocks if block.kind == "words"]
    context = {
        "subject": subject,
        # What lists of mails show beside the subject: the first words after the greeting.
        "preview": " ".join(map(str, said[1:2])),
        "blocks": [block for block in blocks if block.kind != "foot"],
        "foot": [block for block in blocks if block.kind == "foot"],
        "brand": settings.BRAND,
        "language": translation.get_language() or "de",
    }
    return render_to_string("mail/letter.mail", context)


def _inline(line: str) -> SafeString:
    # split() by a pattern with one group: text, address, text, …
    parts = MARKED.split(line)
    return format_html_join("", "{}", ((_anchor(part) if odd % 2 else part,) for odd, part in enumerate(parts)))


def _anchor(link: str) -> SafeString:
    return format_html('<a class="link" href="{}">{}</a>', link if "://" in link else f"mailto:{link}", link)
