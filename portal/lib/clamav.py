"""A ClamAV daemon asked about a stream: its INSTREAM command over TCP or a Unix socket (clamd(8))."""

import socket
import struct
from typing import Self
from urllib.parse import urlsplit

from .deadline import watch

SECONDS = 120


class ScannerAway(Exception):
    """The scanner gave no verdict; the text says why. Nothing is known about the file."""


class Scanner:
    """One scan: feed() pieces, then verdict(). Use as a context manager. Raises ScannerAway.

    address: "tcp://host:3310" or "unix:/run/clamav/clamd.ctl"; empty: every file passes unseen. seconds: how long each
    step may take; the whole has the time of the Deadline around it, if there is one.
    """

    def __init__(self, address: str, seconds: float = SECONDS) -> None:
        self.address, self.seconds = address, seconds
        self.socket: socket.socket | None = None

    def __enter__(self) -> Self:
        if self.address:
            try:
                self.socket = self._connect()
                watch(self.socket)
                self.socket.sendall(b"zINSTREAM\0")
            except (OSError, ValueError) as error:
                raise ScannerAway(str(error)) from error
        return self

    def __exit__(self, *error: object) -> None:
        if self.socket:
            self.socket.close()

    def _connect(self) -> socket.socket:
        parts = urlsplit(self.address)
        if parts.scheme == "unix":
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(self.seconds)
            connection.connect(parts.path)
            return connection
        return socket.create_connection((parts.hostname, parts.port or 3310), self.seconds)

    def feed(self, piece: bytes) -> None:
        """Hand on some bytes: their length in four bytes, then they themselves."""
        if self.socket and piece:
            try:
                self.socket.sendall(struct.pack("!I", len(piece)) + piece)
            except (BrokenPipeError, ConnectionResetError) as error:
                # It has answered before the end, most often that the stream is too long for it.
                raise ScannerAway(self._answer() or str(error)) from error
            except OSError as error:
                raise ScannerAway(str(error)) from error

    def verdict(self) -> str:
        """The name of what was found, or "" for a clean file."""
        if not self.socket:
            return ""
        try:
            self.socket.sendall(struct.pack("!I", 0))
        except OSError as error:
            raise ScannerAway(self._answer() or str(error)) from error
        answer = self._answer()
        if answer.endswith("FOUND"):
            return answer.removeprefix("stream: ").removesuffix("FOUND").strip()[:200]
        if answer != "stream: OK":
            raise ScannerAway(answer or "no answer")
        return ""

    def _answer(self) -> str:
        said = b""
        try:
            while self.socket and not said.endswith(b"\0") and (piece := self.socket.recv(4096)):
                said += piece
        except OSError:
            pass
        return said.strip(b"\0\n ").decode(errors="replace")
