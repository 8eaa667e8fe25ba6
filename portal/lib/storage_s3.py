"""Customers' files in an S3-compatible store; needs the extra "s3"."""

import io
from collections.abc import Iterator
from typing import IO, Any, cast

from storages.backends.s3 import S3Storage

from .storage import GoesWithRollback

PIECE = 1024 * 1024


class Store(GoesWithRollback, S3Storage):
    """django-storages' own: an object is there whole or not at all; this one goes with what is rolled back."""

    def put(self, name: str, content: IO[bytes]) -> None:
        """Under exactly this name, over what lay there, and not undone with a transaction. It may come as a stream."""
        self.bucket.Object(name).upload_fileobj(content)

    def pieces(self, prefix: str) -> dict[str, int]:
        """{name: bytes} of what lies below a prefix."""
        return {found.key: found.size for found in self.bucket.objects.filter(Prefix=prefix)}

    def joined(self, names: list[str]) -> IO[bytes]:
        """Several objects as one file, to be read once and from the front."""
        return cast(IO[bytes], io.BufferedReader(_Joined(self.bucket, names), PIECE))


class _Joined(io.RawIOBase):
    def __init__(self, bucket: Any, names: list[str]) -> None:
        self._bodies: Iterator[Any] = (bucket.Object(name).get()["Body"] for name in names)
        self._body: Any = next(self._bodies, None)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer)
        while self._body is not None:
            if some := self._body.read(len(view)):
                view[: len(some)] = some
                return len(some)
            self._body = next(self._bodies, None)
        return 0
