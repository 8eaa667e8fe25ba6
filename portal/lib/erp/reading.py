"""Rows out of a CSV file, one at a time: Windows-1252 or UTF-8, semicolons, quoted cells with line breaks."""

import codecs
import csv

LONGEST_LINE = 1_000_000


class FileRefused(Exception):
    """A file that is not an export of this table; the text says why."""


def encoding_of(path):
    """ "utf-8-sig" with a byte order mark, "utf-8" where all of it is valid, else "cp1252"."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        if file.read(3) == codecs.BOM_UTF8:
            return "utf-8-sig"
        file.seek(0)
        try:
            while piece := file.read(1 << 20):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def rows_of(path, headers):
    """Yields (line, cells) for each row: the line where it starts, and the cells of these headers, stripped.

    cells is None for a row that is too short. Empty lines are passed over. Raises FileRefused.
    """
    with path.open(encoding=encoding_of(path), errors="replace", newline="") as file:
        reader = csv.reader(_lines(file), delimiter=";", strict=False)
        try:
            yield from _rows(reader, headers)
        except csv.Error as error:
            raise FileRefused(f"line {reader.line_num}: not readable as CSV ({error})") from None


def _rows(reader, headers):
    head = [cell.strip() for cell in next(reader, [])]
    missing = [header for header in headers if header not in head]
    if missing:
        raise FileRefused(f"columns missing: {', '.join(missing)}")
    places = [head.index(header) for header in headers]
    line = reader.line_num + 1
    for row in reader:
        if row:
            short = len(row) < len(head)
            yield line, None if short else [row[place].strip().replace("\r\n", "\n") for place in places]
        line = reader.line_num + 1


def _lines(file):
    """Lines of bounded length, so that a file that is no CSV at all does not fill the memory."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) >= LONGEST_LINE:
            raise FileRefused(f"line {number} is longer than {LONGEST_LINE:,} characters: this is no CSV file")
        yield line
