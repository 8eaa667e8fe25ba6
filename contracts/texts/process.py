"""The process beside the worker that looks into PDFs: ended where a file takes too long, begun anew for the next."""

import json
import select
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from ..models import DocumentText

SCRIPT = Path(__file__).with_name("pdf.py")
# A little more than the process gives itself.
PATIENCE = 60
State = DocumentText.State


@dataclass(frozen=True)
class Words:
    """What was read of a file: how that ended, how many pages it has, and [(number of the page, text)]."""

    state: State
    count: int = 0
    pages: list[tuple[int, str]] = field(default_factory=list)


class Reader:
    """Reads one file after the other; as a context, because its process has to end."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *what: object) -> None:
        self._end()

    def read(self, content: IO[bytes]) -> Words:
        """The words of an open file; what is no PDF, broken, or takes too long has none. Raises only for the disk."""
        head = content.read(1024)
        if b"%PDF-" not in head:
            return Words(State.NONE)
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(head)
            while piece := content.read(1024 * 1024):
                file.write(piece)
            file.flush()
            answer = self._ask(file.name)
        if answer is None:
            return Words(State.BROKEN)
        pages = [(int(number), str(text)) for number, text in answer["pages"]]
        return Words(State(answer["state"]), int(answer["count"]), pages)

    def _ask(self, path: str) -> dict[str, Any] | None:
        process = self.process = self.process or self._begin()
        assert process.stdin and process.stdout  # noqa: S101 - pipes, as begun
        try:
            process.stdin.write(json.dumps(path).encode() + b"\n")
            process.stdin.flush()
            return dict(json.loads(_line(process.stdout, time.monotonic() + PATIENCE)))
        # It has died, or does not answer.
        except (OSError, ValueError):
            self._end()
            return None

    def _begin(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def _end(self) -> None:
        process, self.process = self.process, None
        if process:
            process.kill()
            process.communicate()


def _line(pipe: IO[bytes], until: float) -> bytes:
    """What comes through the pipe up to the end of a line. Raises TimeoutError, an OSError."""
    said = b""
    while not said.endswith(b"\n"):
        ready, _writable, _odd = select.select([pipe], [], [], max(0, until - time.monotonic()))
        if not ready:
            raise TimeoutError
        piece = pipe.read1(1024 * 1024)  # type: ignore[attr-defined]
        if not piece:
            raise BrokenPipeError
        said += piece
    return said
