"""How the bytes of a table are to be read: decided once per file, by all that speaks for it, never by one bad byte."""

import codecs
import io
import re
from typing import BinaryIO, TextIO

# The longer marks first: UTF-32's begins like UTF-16's.
MARKS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
START = 4096
LONGEST_PIECE = 1 << 20
# So many lines more on one side decide; the rest of a large file need not be looked at.
ENOUGH = 1000

# In valid UTF-8 these begin Western letters, punctuation, combining signs and emoji.
WESTERN = re.compile(rb"[\xc2\xc3\xc5\xcc\xe2\xf0]")
# Ö, Ü or ß before a closing quotation mark or dots in Windows-1252; in UTF-8 it would be Hebrew, Syriac or N'Ko.
UMLAUT_BEFORE_SIGN = re.compile(rb"[\xd6\xdc\xdf][\x80-\xbf]")
# UTF-8 beside a broken byte: a line that speaks for neither.
PAIR = re.compile(rb"\xc3[\x80-\xbf]|\xe2\x80[\x80-\xbf]")

# The same seen from the other side: UTF-8 that was read as Windows-1252 ("Ã¼", "â€“").
MISREAD = re.compile("[ÃÂ][\u00a0-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€")


def opened(file: BinaryIO) -> TextIO:
    """The file as text, from its beginning, line ends as they are. What cannot be read is U+FFFD."""
    encoding = encoding_of(file)
    file.seek(0)
    return io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")


def decoded(content: bytes) -> str:
    """All of a small file as text, without its mark."""
    return opened(io.BytesIO(content)).read().lstrip("\ufeff")


def encoding_of(file: BinaryIO) -> str:
    """By its mark; else UTF-16 where every other byte is NUL, UTF-8 where its lines speak for it, Windows-1252."""
    start = file.read(START)
    file.seek(0)
    for mark, name in MARKS:
        if start.startswith(mark):
            return name
    return _wide(start) or ("utf-8" if _speaks_for_utf8(file) else "cp1252")


def _wide(start: bytes) -> str:
    """UTF-16 without its mark, or ""."""
    pairs, little, big = len(start) // 2, start[1::2].count(0), start[::2].count(0)
    if little * 2 > pairs > 1 and little > 4 * big:
        return "utf-16-le"
    if big * 2 > pairs > 1 and big > 4 * little:
        return "utf-16-be"
    return ""


def _speaks_for_utf8(file: BinaryIO) -> bool:
    balance = 0
    while line := file.readline(LONGEST_PIECE):
        if not line.isascii():
            balance += _vote(line)
            if abs(balance) >= ENOUGH:
                break
    return balance >= 0


def _vote(line: bytes) -> int:
    """1 for UTF-8, -1 for Windows-1252, 0 for neither."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return 0 if PAIR.search(line) else -1
    return -1 if UMLAUT_BEFORE_SIGN.search(line) and not WESTERN.search(line) else 1


def as_meant(cell: str) -> str:
    """A cell of a Windows-1252 file; where it came as UTF-8 all the same ("MÃ¼nchen"), what it says."""
    if not MISREAD.search(cell):
        return cell
    try:
        return cell.encode("cp1252").decode()
    except UnicodeError:
        return "\ufffd"
