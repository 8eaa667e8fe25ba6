"""gunicorn as shipped, over the portal or the bare page, on a free port of this machine."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal.lib.processes import GUNICORN, die_with_us

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 300


class ServeRefused(Exception):
    """A site did not start."""


@dataclass(frozen=True)
class Site:
    """A running site: the port it answers on, the process id of gunicorn's master."""

    port: int
    pid: int


@contextmanager
def serving(application: str, environment: Mapping[str, str]) -> Iterator[Site]:
    """Start two workers as make run does; stops them at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [application if part == "portal.wsgi" else part for part in GUNICORN]
    # A worker that is replaced half-way would put the cost of its start on one page.
    own = ["--bind", f"127.0.0.1:{port}", "--max-requests", "0"]
    process = subprocess.Popen(
        [sys.executable, *options, *own], cwd=ROOT, env={**os.environ, **environment}, preexec_fn=die_with_us
    )
    try:
        _wait(port, process)
        yield Site(port, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            line.request("GET", "/health/")
            line.getresponse().read()
            return
        except OSError:
            time.sleep(0.2)
        finally:
            line.close()
    raise ServeRefused("gunicorn did not start.")
