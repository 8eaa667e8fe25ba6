"""Rows out of a table somebody saved as text: the ERP's CSV, Excel's CSV and its "Unicode text".

Every row of the file is given or told with the line where it begins; none vanishes. Cells may be quoted and then hold
separators, quotes (doubled) and line breaks. The memory needed does not grow with the file.
"""

import csv
import re
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any, BinaryIO, TextIO

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from .encoding import as_meant, opened

LONGEST_LINE = 1_000_000
SEPARATORS = ";\t,|"
BLANK = " \ufeff\u00a0\r\n" + SEPARATORS
# Excel's own line, telling the separator; opened and saved again it may trail some.
SEP_LINE = re.compile(r'\ufeff*"?sep=([^"\r\n])"?[;,\t|]*\s*', re.IGNORECASE)
# All control characters but tab and line breaks, halves of surrogate pairs, what could not be decoded, and no signs.
NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd-\uffff]")
# Below this width a row inside a cell cannot be told from a cell with line breaks.
WIDE = 4

TOO_FEW = _("too few columns")
TOO_MANY = _("too many columns: is a cell with a separator not quoted?")
BAD_SIGN = _("character not allowed")
OPEN_QUOTE = _("quotation mark not closed, or one within a cell not doubled")
LONG_CELL = _("cell longer than 131,072 characters")
LONG_LINE = _("line longer than 1,000,000 characters")


NOT_READABLE = _("line %(line)d: not readable as CSV (%(reason)s)")
MISSING = _("columns missing: %(columns)s")
TWICE = _("columns twice: %(columns)s")


class FileRefused(Exception):
    """A file that is not an export of this table; the text says why, in_words() in the reader's language."""

    def __init__(self, sentence: str, **values: Any):
        super().__init__(sentence % values)
        self.sentence, self.values = sentence, values

    def in_words(self) -> str:
        values = {name: gettext(value) if name == "reason" else value for name, value in self.values.items()}
        return gettext(self.sentence) % values


class Lines:
    """Physical lines, counted from 1; those of the row under way are kept and can be given back."""

    def __init__(self, text: TextIO):
        self.text = text
        self.number = 0
        self.row: list[str] = []
        self.is_cut = False
        self._again: deque[str] = deque()

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self.text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) >= LONGEST_LINE:
            line = self._cut(line)
        if self.number == 0:
            line = line.lstrip("\ufeff").removeprefix("ï»¿")
        self.number += 1
        self.row.append(line)
        return line

    def begin_row(self) -> None:
        self.row.clear()
        self.is_cut = False

    def give_back(self, keep: int = 1) -> None:
        """Let all lines of the row after the first be read again, as rows of their own."""
        back = self.row[keep:]
        del self.row[keep:]
        self._again.extendleft(reversed(back))
        self.number -= len(back)

    def _cut(self, line: str) -> str:
        """The beginning of a line that is too long; the rest of it is passed over."""
        self.is_cut, rest = True, line
        while rest and not rest.endswith(("\n", "\r")):
            rest = self.text.readline(LONGEST_LINE)
        # With an end of its own, so that nothing is passed over when it is read again.
        return line if line.endswith(("\n", "\r")) else f"{line}\n"


class Sheet:
    """A table with a heading.

    needed: headings that must be there. optional: headings that may be. Raises FileRefused. found: those that are
    there, in the order asked for; rows() gives their cells in the same order.
    """

    def __init__(self, file: BinaryIO, needed: Sequence[str], optional: Sequence[str] = ()):
        text = opened(file)
        self.is_windows = text.encoding == "cp1252"
        self.lines = Lines(text)
        self.separator = self._find_heading([*needed, *optional])
        self.reader = csv.reader(self.lines, delimiter=self.separator, strict=True)
        head = self._heading()
        if missing := [header for header in needed if header not in head]:
            raise FileRefused(MISSING, columns=", ".join(missing))
        self.found = [header for header in [*needed, *optional] if header in head]
        if twice := [header for header in self.found if head.count(header) > 1]:
            raise FileRefused(TWICE, columns=", ".join(twice))
        self.width = len(head)
        self.places = [head.index(header) for header in self.found]

    def _find_heading(self, wanted: list[str]) -> str:
        """Go to the heading and return the separator: told by Excel, or the one that finds most headings."""
        told = ""
        for line in self.lines:
            if sep := SEP_LINE.fullmatch(line):
                told = sep[1]
            elif line.strip(BLANK):
                self.lines.give_back(keep=len(self.lines.row) - 1)
                return told or max(SEPARATORS, key=lambda sign: _headings_in(line, sign, wanted))
        return told or ";"

    def _heading(self) -> list[str]:
        self.lines.begin_row()
        try:
            head = next(self.reader, [])
        except csv.Error as error:
            reason = self._broken(error)
            raise FileRefused(NOT_READABLE, line=self.lines.number, reason=reason) from None
        if self.lines.is_cut:
            raise FileRefused(NOT_READABLE, line=self.lines.number, reason=LONG_LINE)
        return [_name(cell) for cell in head]

    def rows(self) -> Iterator[tuple[int, list[str], str]]:
        """Yields (line, cells, reason) for each row; with a reason, why it cannot be read, there are no cells.

        Cells are composed (ä is one sign) and hold no control characters but tabs and line breaks. Empty lines are
        passed over; cells missing at the end of a row are empty, as Excel leaves them out, up to half of the row.
        """
        pick = itemgetter(*self.places) if len(self.places) > 1 else lambda row: (row[self.places[0]],)
        while True:
            self.lines.begin_row()
            line = self.lines.number + 1
            try:
                row = next(self.reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, [], self._broken(error)
                continue
            if not row or (len(row) == 1 and not row[0].strip()):
                continue
            if reason := self._shape(row):
                yield line, [], reason
                continue
            cells = pick(row)
            yield (line, list(cells), "") if self._is_plain() else (line, *self._cleaned(cells))

    def _broken(self, error: csv.Error) -> str:
        reason = LONG_CELL if len(self.lines.row) == 1 and "limit" in str(error) else OPEN_QUOTE
        if self.lines.is_cut and len(self.lines.row) == 1:
            reason = LONG_LINE
        self.lines.give_back()
        return reason

    def _shape(self, row: list[str]) -> str:
        """Why the row has the wrong form, or "". A short one is filled up."""
        if self.lines.is_cut:
            return LONG_LINE
        missing = self.width - len(row)
        if len(self.lines.row) > 1 and holds_rows(self.lines.row, self.separator, self.width, is_short=missing > 0):
            self.lines.give_back()
            return OPEN_QUOTE
        if missing == 0 or (missing < 0 and not any(cell.strip() for cell in row[self.width :])):
            return ""
        if 0 < missing < self.width / 2:
            row += [""] * missing
            return ""
        if any((line.count(self.separator) + 1) * 2 > self.width for line in self.lines.row[1:]):
            self.lines.give_back()
        return TOO_FEW if missing > 0 else TOO_MANY

    def _is_plain(self) -> bool:
        """Whether the row needs no cleaning: the usual case, asked of whole lines because that is quick."""
        for line in self.lines.row:
            body = line.rstrip("\r\n")
            if not body.isprintable():
                return False
            if not body.isascii() and (
                "\ufffd" in body
                or not unicodedata.is_normalized("NFC", body)
                or (self.is_windows and ("Ã" in body or "Â" in body or "â€" in body))
            ):
                return False
        return True

    def _cleaned(self, cells: tuple[str, ...]) -> tuple[list[str], str]:
        if self.is_windows:
            cells = tuple(as_meant(cell) for cell in cells)
        if any(NO_TEXT.search(cell) for cell in cells):
            return [], BAD_SIGN
        return [unicodedata.normalize("NFC", cell) for cell in cells], ""


def typed_rows(text: str) -> Iterator[tuple[int, str, list[str], str]]:
    """(number of the line, line, cells, reason) of a table that somebody typed, pasted or saved; empty lines left out.

    Each line is a row and may have a separator of its own; a line that only tells one is left out, too.
    """
    text = unicodedata.normalize("NFC", text.lstrip("\ufeff").removeprefix("ï»¿"))
    told = ""
    for number, line in enumerate(text.splitlines(), 1):
        if sep := SEP_LINE.fullmatch(line):
            told = sep[1]
        elif line.strip(BLANK):
            sign = told if told and told in line else next((sign for sign in SEPARATORS if sign in line), "")
            yield number, line, *_typed(line, sign)


def _typed(line: str, separator: str) -> tuple[list[str], str]:
    if NO_TEXT.search(line):
        return [NO_TEXT.sub("\ufffd", line)], BAD_SIGN
    if not separator:
        return [line.strip()], ""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, strict=True))], ""
    except csv.Error:
        return [line.strip()], OPEN_QUOTE


def holds_rows(lines: Sequence[str], separator: str, width: int, *, is_short: bool = False) -> bool:
    """Whether each line of one row looks like a row itself: a quotation mark was opened and never meant.

    is_short: cells are missing as it is, so lines that lack some count as rows, too.
    """
    least = width // 2 + 1 if is_short else width
    return width >= WIDE and all(least <= line.count(separator) + 1 <= width for line in lines)


def _headings_in(line: str, separator: str, wanted: list[str]) -> tuple[int, int]:
    """(how many of the headings stand in a line, how many cells it has) if this were the separator."""
    try:
        names = {_name(cell) for cell in next(csv.reader([line], delimiter=separator))}
    except csv.Error:
        return 0, 0
    return len(names.intersection(wanted)), line.count(separator)


def _name(cell: str) -> str:
    """A heading as its column is called: composed, without blanks and marks around it."""
    return unicodedata.normalize("NFC", cell).replace("\ufeff", "").removeprefix("ï»¿").strip()
