"""The whole time of a conversation over the network, however slowly the other side drips."""

import contextlib
import os
import socket
import threading
from contextvars import ContextVar
from typing import Any, Self

_current: ContextVar["Deadline | None"] = ContextVar("deadline", default=None)


class TimeOver(TimeoutError):
    """The conversation took longer than it may."""


class Deadline:
    """with Deadline(10): … ends what is read from or written to watched sockets then, and raises TimeOver.

    A socket's own timeout counts anew for each piece that arrives; this one does not.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False
        self._twins: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._token = _current.set(self)
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: Any) -> None:
        self._timer.cancel()
        _current.reset(self._token)
        with self._lock:
            for twin in self._twins:
                twin.close()
            self._twins.clear()
        if self.is_over and isinstance(error, Exception):
            raise TimeOver(f"no end after {self.seconds:g} s") from error

    def watch(self, sock: socket.socket) -> None:
        # TLS takes the socket over under another number; a twin ends the same connection.
        twin = socket.socket(fileno=os.dup(sock.fileno()))
        with self._lock:
            self._twins.append(twin)
        if self.is_over:
            self._end()

    def _end(self) -> None:
        self.is_over = True
        with self._lock:
            for twin in self._twins:
                with contextlib.suppress(OSError):
                    twin.shutdown(socket.SHUT_RDWR)


def watch(sock: socket.socket) -> None:
    """Put a socket under the deadline of the block we are in, if there is one."""
    if deadline := _current.get():
        deadline.watch(sock)
