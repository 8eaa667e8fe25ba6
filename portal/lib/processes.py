"""How the web processes are started, and how a child ends with its parent."""

import ctypes
import signal
from contextlib import suppress

GUNICORN = [
    "-m", "gunicorn", "portal.wsgi", "--config", "python:portal.lib.web",
    "--worker-class", "gthread", "--workers", "2", "--threads", "8",
    # Longer than nginx keeps a connection (60 s in docker/nginx.conf): whoever sends is never the one who closes.
    "--keep-alive", "75",
    # The socket in the home folder would be shared by two portals of one user.
    "--no-control-socket",
    # A client must not name the script's path for us.
    "--forwarder-headers", "",
    "--max-requests", "2000", "--max-requests-jitter", "200", "--log-level", "warning",
]  # fmt: skip


def die_with_us() -> None:
    """For preexec_fn: the child ends when its parent does."""
    # PR_SET_PDEATHSIG: after a kill -9 of the supervisor nobody is left holding the port. Linux has it; elsewhere the
    # next start says that the port is taken.
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
