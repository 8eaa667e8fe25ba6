"""The words of a PDF, page by page, by a process of its own: a crafted file may take all time and memory there is.

It knows nothing of the portal. For each path, a line of JSON, it writes another: {"state": "read" | "none" | "locked" |
"broken", "count": pages, "pages": [[number, text], ...]}.
"""

import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MOST_PAGES, MOST_SIGNS = 300, 20_000
# Pictures of pages cost seconds each.
MOST_SCANNED, SCAN_SECONDS = 20, 30
# What was read until then is kept; who waits outside is more patient.
SECONDS = 45
MOST_MEMORY = 2 * 1024**3
# A word that goes on in the next line is one word.
BROKEN_WORD = re.compile(r"(\w)[-\N{SOFT HYPHEN}\N{HYPHEN}]\n\s*(?=[a-zäöüß])")


def words_of(path: str) -> dict[str, Any]:
    """What a file says, as in the module's words; never raises for what is wrong with the file."""
    # A tenth of a second to load.
    from pypdf import PdfReader

    until = time.monotonic() + SECONDS
    try:
        reader = PdfReader(path)
        # Many papers are encrypted with no password at all.
        if reader.is_encrypted and not reader.decrypt(""):
            return {"state": "locked", "count": 0, "pages": []}
        count = len(reader.pages)
        pages = list(_pages(reader, min(count, MOST_PAGES), until))
    # Broken files fail in many ways; the library names no common one.
    except Exception:
        return {"state": "broken", "count": 0, "pages": []}
    return {"state": "read" if pages else "none", "count": count, "pages": pages}


def _pages(reader: Any, count: int, until: float) -> Iterator[tuple[int, str]]:
    scans = MOST_SCANNED if shutil.which("tesseract") else 0
    for number in range(1, count + 1):
        if time.monotonic() > until:
            return
        page = reader.pages[number - 1]
        text = plain(page.extract_text() or "")
        if not text and scans:
            scans -= 1
            text = plain(_seen(page))
        if text:
            yield number, text


def plain(text: str) -> str:
    """In one line, composed of signs that can be stored and shown, bounded."""
    text = BROKEN_WORD.sub(r"\1", text[: MOST_SIGNS * 2])
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())[:MOST_SIGNS]


def _seen(page: Any) -> str:
    """What tesseract reads in the largest picture of a page."""
    pictures = sorted(page.images, key=lambda image: -len(image.data))
    if not pictures:
        return ""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.png"
        pictures[0].image.convert("L").save(path)
        command = ["tesseract", str(path), "stdout", "-l", "deu"]
        try:
            done = subprocess.run(command, capture_output=True, timeout=SCAN_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return ""
    return done.stdout.decode("utf-8", "replace")


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    answers = sys.stdout
    # Whatever a library prints is no answer.
    sys.stdout = sys.stderr
    for line in sys.stdin:
        try:
            said = words_of(json.loads(line))
        except (MemoryError, RecursionError):
            said = {"state": "broken", "count": 0, "pages": []}
        print(json.dumps(said), file=answers, flush=True)


if __name__ == "__main__":
    main()
