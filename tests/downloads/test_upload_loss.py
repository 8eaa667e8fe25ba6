"""Uploads when bytes get lost, come twice, come slowly, or are others than those that were begun with."""

import hashlib
import os
import time
from copy import copy

import psycopg
import pytest
from django.db import connection
from django.urls import reverse

from downloads import admin_upload, parts, publishing, uploading
from downloads.models import ReleaseFile, Upload
from downloads.uploading import UploadRefused, begin_upload, receive, received_of

from ..threads import at_once
from .test_uploads import CONTENT, SHA256, begin, page, release, send, staff, uploaded  # noqa: F401 - fixtures

OTHER = os.urandom(len(CONTENT))


def shown(client, release):  # noqa: F811
    return client.get(page(release)).content.decode()


def test_what_was_acknowledged_and_is_gone_is_sent_again(release, staff):  # noqa: F811
    """A power cut, or a restored folder: it was a hole of zeros in a published program."""
    url = begin(staff, release).json()["url"]
    send(staff, url, 0, CONTENT[:200_000])
    upload = Upload.objects.get()
    os.truncate(upload.part, 50_000)
    refused = send(staff, url, 200_000, CONTENT[200_000:])
    assert (refused.status_code, refused.json()["received"]) == (409, 50_000), "the browser goes on from there"
    assert send(staff, url, 50_000, CONTENT[50_000:200_000]).json()["received"] == 200_000
    os.truncate(upload.part, 70_000)
    assert begin(staff, release).json()["received"] == 70_000
    assert staff.get(url).json()["received"] == 70_000
    upload.part.unlink()
    assert staff.get(url).json()["received"] == 0
    assert send(staff, url, 0, CONTENT).json()["next"]
    publishing.check(upload.pk)
    assert ReleaseFile.objects.get().sha256 == SHA256


def test_it_is_on_the_disk_before_it_is_acknowledged(release, staff, monkeypatch):  # noqa: F811
    url, seen, fsync = begin(staff, release).json()["url"], [], os.fsync

    def watched(number):
        fsync(number)
        seen.append((os.fstat(number).st_ino, os.fstat(number).st_size, Upload.objects.get().received))

    monkeypatch.setattr(os, "fsync", watched)
    send(staff, url, 0, CONTENT[:1000])
    assert (Upload.objects.get().part.stat().st_ino, 1000, 0) in seen
    assert Upload.objects.get().received == 1000


@pytest.mark.parametrize("loss", ["shorter", "longer", "other", "gone"])
def test_what_changed_before_the_check_is_never_published(release, staff, admin, loss):  # noqa: F811
    url = begin(staff, release).json()["url"]
    assert send(staff, f"{url}?offset=0&sha256={SHA256}", 0, CONTENT).json()["next"]
    upload = Upload.objects.get()
    assert upload.sha256 == SHA256
    if loss == "gone":
        upload.part.unlink()
    else:
        upload.part.write_bytes({"shorter": CONTENT[:-1], "longer": CONTENT + b"x", "other": OTHER}[loss])
    publishing.check(upload.pk)
    upload.refresh_from_db()
    assert upload.state == "refused" and upload.problem in shown(staff, release)
    assert not ReleaseFile.objects.exists() and list(parts.folder().iterdir()) == []
    assert begin(staff, release).json()["received"] == 0, "the same file may be sent again"


def test_without_the_script_the_server_s_own_sum_is_compared(release, admin):  # noqa: F811
    from django.core.files.uploadedfile import SimpleUploadedFile

    about = {"title": "Setup", "platform": "", "file_name": "a.zip", "by": admin}
    upload = begin_upload(release, size=len(CONTENT), **about)
    receive(upload, 0, SimpleUploadedFile("a.zip", CONTENT[:10]), 10)
    upload = begin_upload(release, size=len(CONTENT), **about)
    upload = uploading.take_whole(upload, SimpleUploadedFile("a.zip", CONTENT))
    assert (upload.state, upload.sha256) == ("checking", SHA256)
    upload.part.write_bytes(OTHER)
    publishing.check(upload.pk)
    assert not ReleaseFile.objects.exists()


@pytest.mark.parametrize("last_modified, received", [("17", 100_000), ("18", 0)])
def test_going_on_with_another_file(release, staff, last_modified, received):  # noqa: F811
    """Another date is another upload; where nothing tells them apart, the sum does."""
    url = begin(staff, release).json()["url"]
    send(staff, url, 0, CONTENT[:100_000])
    form = {"title": "Setup", "file_name": "setup.zip", "size": len(OTHER), "last_modified": last_modified}
    state = staff.post(page(release, "upload_start"), form).json()
    assert state["received"] == received
    sha256 = hashlib.sha256(OTHER).hexdigest()
    assert send(staff, f"{state['url']}?offset={received}&sha256={sha256}", received, OTHER[received:]).json()["next"]
    upload = Upload.objects.get(state="checking")
    publishing.check(upload.pk)
    assert ReleaseFile.objects.exists() == (received == 0)


@pytest.mark.parametrize("sha256", ["x", "A" * 64, "a" * 65, "%00"])
def test_a_sum_that_is_none_is_refused(release, staff, sha256):  # noqa: F811
    url = begin(staff, release).json()["url"]
    assert send(staff, f"{url}?offset=0&sha256={sha256}", 0, CONTENT).status_code == 400
    assert Upload.objects.get().received == 0


class Slow:
    """A client that sends a little at a time; look() is called while the portal waits for more."""

    def __init__(self, content, look):
        self.content, self.look = content, look

    def read(self, most):
        self.look()
        piece, self.content = self.content[:1000], self.content[1000:]
        return piece


@pytest.mark.django_db(transaction=True)
def test_while_a_client_sends_no_row_is_locked_and_no_connection_held(release, admin):  # noqa: F811
    upload = begin_upload(release, by=admin, title="x", platform="", file_name="a.zip", size=5000)
    parameters, looks = connection.get_connection_params(), []
    for name in ("context", "cursor_factory"):
        parameters.pop(name, None)

    def look():
        with psycopg.connect(**parameters) as other:
            other.execute("select 1 from downloads_upload for update nowait")
        looks.append(connection.connection)

    receive(upload, 0, Slow(CONTENT[:5000], look), 5000)
    assert looks == [None] * 5
    assert received_of(upload).state == "checking"


@pytest.mark.django_db(transaction=True)
def test_of_two_pieces_at_once_one_counts_and_nothing_is_mixed(release, admin):  # noqa: F811
    upload = begin_upload(release, by=admin, title="x", platform="", file_name="a.zip", size=len(CONTENT))

    def one(content):
        try:
            return receive(copy(upload), 0, Slow(content, lambda: time.sleep(0.001)), 100_000).received
        except UploadRefused as refusal:
            return refusal.status

    answers = sorted(at_once(lambda: one(CONTENT[:100_000]), lambda: one(OTHER[:100_000])))
    assert answers == [409, 100_000]
    assert upload.part.read_bytes() in (CONTENT[:100_000], OTHER[:100_000])
    assert list(parts.folder().iterdir()) == [upload.part]


def test_pressed_twice_is_one_upload(release, staff):  # noqa: F811
    assert begin(staff, release).json() == begin(staff, release).json()
    assert Upload.objects.count() == 1


def test_an_upload_that_was_given_up_meanwhile_is_said(release, admin, staff):  # noqa: F811
    upload = begin_upload(release, by=admin, title="x", platform="", file_name="a.zip", size=len(CONTENT))
    url = reverse("admin:downloads_release_upload_piece", args=[release.pk, upload.pk])

    class GivenUp(Slow):
        def read(self, most):
            Upload.objects.all().delete()
            return super().read(most)

    with pytest.raises(UploadRefused) as refusal:
        receive(upload, 0, GivenUp(CONTENT[:1000], lambda: None), 1000)
    assert refusal.value.status == 410
    assert send(staff, url, 0, CONTENT).status_code == 404


def test_an_upload_that_goes_on_in_this_moment_is_not_given_up(release, admin):  # noqa: F811
    upload = begin_upload(release, by=admin, title="x", platform="", file_name="a.zip", size=len(CONTENT))
    publishing._forget_upload(upload)
    assert Upload.objects.get().part.exists()


def test_lost_pieces_go_after_hours(release, admin):  # noqa: F811
    upload = begin_upload(release, by=admin, title="x", platform="", file_name="a.zip", size=len(CONTENT))
    old, new = (parts.folder() / f"{upload.pk.hex}.{name}.piece" for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"x")
    os.utime(old, (time.time() - 7 * 3600,) * 2)
    publishing.forget_abandoned()
    assert (old.exists(), new.exists(), upload.part.exists()) == (False, True, True)


def test_the_script_tells_the_sum_and_goes_back_to_what_is_there(release, admin, visit, tmp_path, monkeypatch):  # noqa: F811
    """In a browser: the server loses bytes between two pieces."""
    monkeypatch.setattr(admin_upload, "PIECE", 70_001)
    (tmp_path / "setup.zip").write_bytes(CONTENT)
    tab, cuts = visit(admin, page(release)), []

    def cut(route):
        if "offset=140002" in route.request.url and not cuts:
            cuts.append(1)
            (part,) = parts.folder().glob("*.part")
            os.truncate(part, 33_333)
        return route.continue_()

    tab.route("**/hochladen/**", cut)
    tab.get_by_label("Programm").fill("Setup")
    tab.get_by_label("Datei", exact=True).set_input_files(tmp_path / "setup.zip")
    tab.get_by_role("button", name="Datei hochladen").click()
    tab.get_by_text("Die Datei ist angekommen").wait_for()
    upload = Upload.objects.get()
    assert cuts and upload.sha256 == SHA256 and upload.part.read_bytes() == CONTENT
