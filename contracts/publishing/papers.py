"""The files of a publication: one that all documents share, or those in a package, taken out one by one."""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Protocol

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.files import sha256_of, stored_as
from portal.lib.packages import PackageRefused, copy_entry, entries_of, parts_of, readable

from ..models import Document, Publication, PublicationEntry
from .index import NAMES

MOST_FILES = 5_001
MOST_BYTES = 4 * 1024**3
# As a document that is filed singly.
MOST_MEGABYTES = 50


class Papers(Protocol):
    """Puts the file of an entry at a document that is not stored yet."""

    def put(self, document: Document, entry: PublicationEntry) -> None: ...


class OnePaper:
    """The file of the publication itself; nothing is copied."""

    def __init__(self, publication: Publication) -> None:
        self.publication = publication

    def put(self, document: Document, entry: PublicationEntry) -> None:
        document.file.name = self.publication.file.name
        document.size = self.publication.size


class Package:
    """An open package. names: path below the index, in small letters -> the file's entry."""

    def __init__(self, zipped: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo]) -> None:
        self.zipped, self.names = zipped, names

    @contextmanager
    def opened(self, source: str) -> Iterator[IO[bytes]]:
        """One of its files, unpacked into a temporary one. Raises PackageRefused."""
        with tempfile.NamedTemporaryFile(prefix="paper-", suffix=".pdf") as target, readable():
            copy_entry(self.zipped, self.names[key_of(source)], target)
            target.seek(0)
            yield target

    def read(self, source: str) -> bytes:
        """One of its files in memory; for the index."""
        with self.opened(source) as file:
            return file.read()

    def put(self, document: Document, entry: PublicationEntry) -> None:
        with self.opened(entry.source) as file:
            if sha256_of(file) != entry.sha256:
                raise PackageRefused(_("The file is not the one that was judged."))
            content = File(file)
            document.size = content.size
            document.file.save(document.file_name, content, save=False)


def key_of(path: str) -> str:
    return path.replace("\\", "/").removeprefix("./").casefold()


def names_in(file: IO[bytes]) -> dict[str, zipfile.ZipInfo]:
    """What lies beside and below the index of a package; the index has the key "". Raises PackageRefused."""
    entries = entries_of(file, most_files=MOST_FILES, most_bytes=MOST_BYTES)
    indexes = [entry for entry in entries if parts_of(entry)[-1].casefold() in NAMES]
    if not indexes:
        raise PackageRefused(_("No index.csv lies in this package."))
    index = min(indexes, key=lambda entry: len(parts_of(entry)))
    home = parts_of(index)[:-1]
    found = {"": index}
    for entry in entries:
        parts = parts_of(entry)
        if entry is index or parts[: len(home)] != home:
            continue
        key = key_of("/".join(parts[len(home) :]))
        if key in found:
            raise PackageRefused(_("A file comes twice in the package: %(name)s") % {"name": entry.filename[:100]})
        found[key] = entry
    return found


@contextmanager
def opened_package(publication: Publication) -> Iterator[Package]:
    """The stored package of a publication, looked through once more. Raises PackageRefused."""
    with publication.file.open("rb") as file, zipfile.ZipFile(file) as zipped:
        yield Package(zipped, names_in(file))


@contextmanager
def papers_of(publication: Publication) -> Iterator[Papers]:
    """The files of a publication, for as long as the block lasts."""
    if not publication.is_package:
        yield OnePaper(publication)
        return
    with opened_package(publication) as package:
        yield package


def end(row: Publication) -> None:
    """Over: a package goes with the transaction's end, the one file only where no document points at it."""
    row.ended_at = timezone.now()
    name = stored_as(row.file)
    if name and (row.is_package or not row.entries.exclude(document=None).exists()):
        row.file = ""
        storage = Publication._meta.get_field("file").storage
        transaction.on_commit(lambda: storage.delete(name))
    row.save()
