"""Full disks and power cuts: nothing half is ever called a file, tries leave nothing, staff see that room ends."""

import logging
import os
import time
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.conf import settings as conf
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.urls import reverse

from contracts.filing import file_document
from contracts.models import Document
from portal import tasks
from portal.lib import mail, space
from portal.lib.database import on_rollback
from portal.lib.storage import HALF_SECONDS, WholeFiles, beside
from portal.models import Trouble

from .. import factories as make
from ..disk import disk_of, no_file_longer_than

PAPER = b"%PDF-" + os.urandom(700_000)


def files_below(folder):
    return sorted(path.relative_to(folder) for path in Path(folder).rglob("*") if path.is_file())


def file_paper(company, number, content=PAPER):
    return file_document(company, number=number, kind=Document.Kind.INVOICE, title="Rechnung", content=content)


@pytest.fixture(params=["limit", "disk"])
def no_room_for_two(request, settings, tmp_path):
    """The store of customers' files takes one paper and no second one."""
    place = tmp_path / "files"
    storages = {**settings.STORAGES}
    storages["default"] = {"BACKEND": "portal.lib.storage.WholeFiles", "OPTIONS": {"location": place}}
    settings.STORAGES = storages
    if request.param == "disk":
        with disk_of(place, 1):
            yield place, nullcontext
    else:
        yield place, lambda: no_file_longer_than(600_000)


def test_papers_on_a_full_disk_leave_nothing_half(db, acme, no_room_for_two):
    """It was a file of 344,064 bytes and an empty one for ever, and each try took what was left."""
    place, full = no_room_for_two
    file_paper(acme, "RE-1")
    before = files_below(place)
    for _try in range(3):
        with pytest.raises(OSError), full():
            file_paper(acme, "RE-2")
    assert files_below(place) == before and len(before) == 1
    assert Document.objects.count() == 1
    with Document.objects.get().file.open() as kept:
        assert kept.read() == PAPER


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path):
    store = WholeFiles(location=tmp_path)
    seen = []

    class Looked(ContentFile):
        def chunks(self, size=None):
            for piece in super().chunks(1000):
                seen.append(files_below(tmp_path))
                yield piece

    name = store.save("a/b.pdf", Looked(PAPER[:3000]))
    assert name == "a/b.pdf" and store.open(name).read() == PAPER[:3000]
    assert len(seen) == 3 and all(path.suffix == ".half" for names in seen for path in names)
    assert files_below(tmp_path) == [Path("a/b.pdf")]


def test_it_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    synced, fsync = [], os.fsync

    def watched(number):
        fsync(number)
        synced.append((os.readlink(f"/proc/self/fd/{number}"), (tmp_path / "a" / "b.pdf").exists()))

    monkeypatch.setattr(os, "fsync", watched)
    WholeFiles(location=tmp_path).save("a/b.pdf", ContentFile(b"x"))
    ways = [(way.endswith(".half"), exists) for way, exists in synced if way != str(tmp_path)]
    assert ways == [(True, False), (False, True)], "the bytes, then the name in its folder"


def test_a_name_that_is_taken_is_never_written_over(tmp_path):
    store = WholeFiles(location=tmp_path)
    names = {store.save("a.pdf", ContentFile(content)) for content in (b"1", b"2")}
    assert len(names) == 2 and {store.open(name).read() for name in names} == {b"1", b"2"}
    with beside(tmp_path / "taken", replace=True) as file:
        file.write(b"1")
    with pytest.raises(FileExistsError), beside(tmp_path / "taken") as file:
        file.write(b"2")
    with beside(tmp_path / "taken", replace=True) as file:
        file.write(b"3")
    assert (tmp_path / "taken").read_bytes() == b"3"


def test_where_a_disk_knows_one_name_only(tmp_path, monkeypatch):
    """Some disks in the network."""

    def refuse(*_names):
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    store = WholeFiles(location=tmp_path)
    names = [store.save("a.pdf", ContentFile(content)) for content in (b"1", b"2")]
    assert [store.open(name).read() for name in names] == [b"1", b"2"]


class Given(File):
    def temporary_file_path(self):
        return self.name


def given(path, content=PAPER):
    path.write_bytes(content)
    return Given(path.open("rb"), str(path))


def test_a_large_file_is_moved_without_a_moment_in_which_it_has_no_name(tmp_path, monkeypatch):
    store, named, unlink = WholeFiles(location=tmp_path / "files"), [], Path.unlink

    def watched(path, **more):
        named.append((tmp_path / "files" / "a.zip").exists())
        unlink(path, **more)

    monkeypatch.setattr(Path, "unlink", watched)
    store.save("a.zip", given(tmp_path / "part"))
    assert named == [True] and not (tmp_path / "part").exists()
    assert store.open("a.zip").read() == PAPER


def test_a_large_file_from_another_disk_is_copied_whole_or_stays(tmp_path):
    with disk_of(tmp_path / "files", 1) as place:
        store = WholeFiles(location=place, file_permissions_mode=0o640)
        with pytest.raises(OSError):
            store.save("a.zip", given(tmp_path / "large", bytes(2_000_000)))
        assert files_below(place) == [] and (tmp_path / "large").stat().st_size == 2_000_000
        store.save("b.zip", given(tmp_path / "part"))
        assert store.open("b.zip").read() == PAPER and not (tmp_path / "part").exists()
        assert (place / "b.zip").stat().st_mode & 0o777 == 0o640


def test_half_files_of_before_are_swept_and_nothing_else(settings, tmp_path):
    store = WholeFiles(location=tmp_path / "files")
    store.save("a/whole.pdf", ContentFile(b"x"))
    old, new = (tmp_path / "files" / "a" / f".{name}.half" for name in ("old", "new"))
    for path in (old, new, tmp_path / "files" / "a" / "whole.pdf"):
        path.write_bytes(b"x")
        os.utime(path, (time.time() - HALF_SECONDS - 60,) * 2)
    os.utime(new)
    assert store.sweep() == 1
    assert [path.name for path in files_below(tmp_path / "files")] == [".new.half", "whole.pdf"]


def test_the_store_of_production_is_this_one():
    assert isinstance(default_storage, WholeFiles)
    assert conf.STORAGES["default"]["BACKEND"] == "portal.lib.storage.WholeFiles"


@pytest.mark.django_db
def test_the_sweep_of_the_night(tmp_path):
    default_storage.save("a/b.pdf", ContentFile(b"x"))
    half = Path(default_storage.path("a/.b.half"))
    half.write_bytes(b"x")
    os.utime(half, (0, 0))
    tasks.sweep_files.func(timestamp=0)
    assert not half.exists() and default_storage.exists("a/b.pdf")


@pytest.mark.parametrize("write", ["mail", "report"])
def test_what_else_is_written_is_whole_or_not_there(db, tmp_path, settings, write):
    from portal.management.commands.import_erp import Command

    with pytest.raises(OSError), no_file_longer_than(10):
        if write == "mail":
            settings.EMAIL_FILE_PATH = tmp_path / "out"
            mail.FolderBackend().send_messages([mail.Ready(PAPER, "a@b.example", [], lambda: None)])
        else:
            Command()._write(tmp_path / "out" / "report.csv", [("kunden.csv", 1, "x" * 100)])
    assert files_below(tmp_path / "out") == []


# --- what is rolled back ---


def broken_off(work):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        work()
        raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_the_file_of_a_try_that_is_rolled_back_goes(acme, tmp_path):
    """Each try of a job that fails after filing left a whole paper that nobody owned."""
    broken_off(lambda: file_paper(acme, "RE-1"))
    assert files_below(tmp_path / "files") == []
    file_paper(acme, "RE-1")
    broken_off(lambda: Document.objects.get())
    assert len(files_below(tmp_path / "files")) == 1


@pytest.mark.django_db(transaction=True)
def test_a_savepoint_takes_only_its_own_files_back(acme, tmp_path):
    with transaction.atomic():
        file_paper(acme, "RE-1")
        broken_off(lambda: file_paper(acme, "RE-2"))
        with transaction.atomic():
            file_paper(acme, "RE-3")
    assert len(files_below(tmp_path / "files")) == 2
    broken_off(lambda: broken_off(lambda: file_paper(acme, "RE-4")))
    assert Document.objects.count() == len(files_below(tmp_path / "files")) == 2


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_is_refused_takes_the_file_back_and_one_without_an_answer_keeps_it(acme, tmp_path):
    def commits(why):
        with pytest.raises(DatabaseError) as error, transaction.atomic():
            default_storage.save("a.pdf", ContentFile(b"x"))
            why()
        return error.value

    def refused():
        # A key that is checked only at the end.
        row = make.LicenceFactory.build(company_id=2**40, product=make.ProductFactory())
        row.save()

    assert isinstance(commits(refused), IntegrityError)
    assert files_below(tmp_path / "files") == []
    real = connection._commit

    def broken_line():
        def lost():
            connection._commit = real
            real()
            raise OperationalError("the line broke")

        connection._commit = lost

    commits(broken_line)
    assert len(files_below(tmp_path / "files")) == 1


@pytest.mark.django_db(transaction=True)
def test_a_line_that_breaks_in_mid_transaction_takes_the_file_back(tmp_path):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        default_storage.save("a.pdf", ContentFile(b"x"))
        connection.close()
        raise ZeroDivisionError
    assert files_below(tmp_path / "files") == []


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_undone_is_logged_and_hides_nothing(caplog):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        on_rollback(lambda: 1 / 0)
        raise ZeroDivisionError
    assert "could not be undone" in caplog.text


# --- staff see it before ---


def test_staff_see_that_room_ends_and_that_there_is_room_again(db, tmp_path, settings, admin, as_, caplog):
    with disk_of(tmp_path / "small", 2) as place:
        settings.DATA_DIR = place
        tasks.watch_space.func(timestamp=0)
        assert not Trouble.objects.exists()
        (place / "full").write_bytes(bytes(1_950_000))
        with caplog.at_level(logging.WARNING, "portal.jobs"):
            for _twice in range(2):
                tasks.watch_space.func(timestamp=0)
        assert "0 von 2 MB sind frei" in Trouble.objects.get().reason and "DATA_DIR" in caplog.text
        home = as_(admin).get(reverse("admin:index")).content.decode()
        assert "DATA_DIR" in home and "Platz" in home
        assert "DATA_DIR" not in as_(make.UserFactory(is_staff=True)).get(reverse("admin:index")).content.decode()
        (place / "full").unlink()
        tasks.watch_space.func(timestamp=0)
    assert not Trouble.objects.exists()


def test_short_is_measured_in_megabytes_or_a_tenth(tmp_path):
    free = os.statvfs(tmp_path)
    assert space.shortage(tmp_path, 0) == "" or free.f_favail < free.f_files * space.LEAST_SHARE
    total = free.f_blocks * free.f_frsize
    is_short = free.f_bavail * free.f_frsize < total // 10
    assert bool(space.shortage(tmp_path, 10**9)) == is_short


def test_other_troubles_stand_on_the_first_page_too(db, admin, as_):
    client = as_(admin)
    assert "Fehlgeschlagene Aufgaben" not in client.get(reverse("admin:index")).content.decode()
    for number in range(3):
        Trouble.objects.note("make_confirmation", str(number), "x")
    (told,) = client.get(reverse("admin:index")).context["lists"]
    assert (str(told.title), told.count) == ("Fehlgeschlagene Aufgaben", 3)
