"""How a program gets in: pieces, cuts, full disks, viruses, odd names; and that nothing half is ever published."""

import datetime as dt
import hashlib
import io
import os
import socketserver
import struct
import threading
import time

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from downloads import admin_upload, parts, publishing
from downloads.models import Release, ReleaseFile, Upload
from downloads.tasks import run
from portal.lib.clamav import ScannerAway
from portal.lib.days import today
from portal.lib.files import safe_name

from .. import factories as make
from ..disk import no_file_longer_than
from ..mail.test_queue import work

CONTENT = os.urandom(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
VIRUS = b"..EICAR-STANDARD-ANTIVIRUS-TEST-FILE.."


@pytest.fixture
def release(acme):
    return make.ReleaseFactory(product=acme.licences.get().product, version="26.1", released_on=today())


@pytest.fixture
def staff(as_, admin):
    return as_(admin)


def page(release, name="upload", *more):
    return reverse(f"admin:downloads_release_{name}", args=[release.pk, *more])


def begin(client, release, name="setup.zip", size=300_000):
    form = {"title": "Setup", "platform": "Windows", "file_name": name, "size": size, "last_modified": "17"}
    return client.post(page(release, "upload_start"), form)


def send(client, url, offset, piece, length=None):
    # A client that announced more than it sent.
    more = {"CONTENT_LENGTH": length, "wsgi.input": io.BytesIO(piece)} if length else {}
    # A test that has put more into the address has the offset in it.
    url = url if "?" in url else f"{url}?offset={offset}"
    return client.post(url, piece, content_type="application/octet-stream", **more)


def uploaded(client, release, content=CONTENT, name="setup.zip"):
    url = begin(client, release, name, len(content)).json()["url"]
    assert send(client, url, 0, content).json()["next"]
    return Upload.objects.latest("started_at")


class Clamd(socketserver.StreamRequestHandler):
    """The INSTREAM command as clamd(8) says it, with a small StreamMaxLength."""

    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        seen = b""
        while size := struct.unpack("!I", self.rfile.read(4))[0]:
            seen += self.rfile.read(size)
            if len(seen) > 1_000_000:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0" if VIRUS in seen else b"stream: OK\0")


@pytest.fixture(params=["tcp", "unix"])
def clamd(request, settings, tmp_path_factory):
    if request.param == "tcp":
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd)
        settings.CLAMAV_ADDRESS = f"tcp://127.0.0.1:{server.server_address[1]}"
    else:
        place = tmp_path_factory.mktemp("clamd") / "clamd.ctl"
        server = socketserver.ThreadingUnixStreamServer(str(place), Clamd)
        settings.CLAMAV_ADDRESS = f"unix:{place}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.django_db(transaction=True)
def test_in_pieces_over_a_cut_to_a_file_customers_load(release, staff, acme, dora, as_, clamd):
    first = begin(staff, release).json()
    assert first["received"] == 0
    assert send(staff, first["url"], 0, CONTENT[:100_000]).json()["received"] == 100_000
    twice = send(staff, first["url"], 0, CONTENT[:100_000])
    assert (twice.status_code, twice.json()["received"]) == (409, 100_000)
    cut = send(staff, first["url"], 100_000, CONTENT[100_000:150_000], length=100_000)
    assert (cut.status_code, cut.json()["received"], cut.json()["again"]) == (408, 100_000, True)
    assert begin(staff, release).json() == {**first, "received": 100_000}, "the same file again goes on"
    assert send(staff, first["url"], 100_000, CONTENT[100_000:] + b"x").status_code == 400
    customer, detail = as_(dora), reverse("product_detail", args=[acme.number, "4000"])
    assert "26.1" not in customer.get(detail).content.decode(), "its first file is still on the way"
    assert send(staff, first["url"], 100_000, CONTENT[100_000:]).json()["next"] == page(release)
    assert not ReleaseFile.objects.exists()
    work()
    file = ReleaseFile.objects.get()
    assert (file.size, file.sha256, file.file_name) == (len(CONTENT), SHA256, "setup.zip")
    assert SHA256 in customer.get(detail).content.decode()
    loaded = customer.get(reverse("release_file", args=[acme.number, file.pk]))
    assert b"".join(loaded.streaming_content) == CONTENT
    assert list(parts.folder().iterdir()) == [] and Upload.objects.get().state == "done"
    assert begin(staff, release).status_code == 400, "a new build needs a new name"
    again = staff.post(reverse("admin:downloads_releasefile_change", args=[file.pk]), {"title": "x", "file": "y"})
    file.refresh_from_db()
    assert again.status_code in {200, 302} and file.sha256 == SHA256, "immutable"


def test_a_virus_is_shut_away_and_told(release, staff, admin, clamd, mailoutbox, settings):
    upload = uploaded(staff, release, CONTENT + VIRUS)
    publishing.check(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.problem) == ("quarantined", "Eicar-Test-Signature")
    assert not ReleaseFile.objects.exists() and not upload.part.exists()
    assert (settings.DATA_DIR / "quarantine" / upload.pk.hex).read_bytes().endswith(VIRUS)
    assert settings.BRAND["info_mail"] in {mail.to[0] for mail in mailoutbox}
    assert all("Eicar-Test-Signature" in mail.body for mail in mailoutbox)
    assert "in Quarantäne" in staff.get(page(release)).content.decode()
    assert release not in Release.objects.published()


@pytest.mark.parametrize("clamd", ["tcp"], indirect=True)
def test_a_scanner_that_gives_no_verdict_publishes_nothing(release, staff, clamd, settings):
    upload, there = uploaded(staff, release), settings.CLAMAV_ADDRESS
    settings.CLAMAV_ADDRESS = "tcp://127.0.0.1:1"
    with pytest.raises(ScannerAway):
        publishing.check(upload.pk)
    assert "wird geprüft" in staff.get(page(release)).content.decode()
    settings.CLAMAV_ADDRESS = there
    large = uploaded(staff, release, bytes(3_000_000), "large.zip")
    with pytest.raises(ScannerAway, match=r"size limit|pipe|reset"):
        publishing.check(large.pk)
    assert not ReleaseFile.objects.exists()
    publishing.check(upload.pk)
    assert ReleaseFile.objects.get().sha256 == SHA256


def test_a_full_disk_is_said_and_leaves_nothing(release, staff, monkeypatch):
    url = begin(staff, release).json()["url"]
    assert send(staff, url, 0, CONTENT[:1000]).status_code == 200
    with no_file_longer_than(50_000):
        # The piece's own file, then the place where it belongs: each may be the one that meets the end.
        for length in (200_000, 49_500):
            answer = send(staff, url, 1000, CONTENT[1000 : 1000 + length])
            assert answer.status_code == 507 and "voll" in answer.json()["error"]
    upload = Upload.objects.get()
    assert (upload.received, upload.state, upload.part.read_bytes()) == (1000, "receiving", CONTENT[:1000])
    assert list(parts.folder().iterdir()) == [upload.part]
    assert send(staff, url, 1000, CONTENT[1000:]).json()["next"], "with room again it goes on"
    monkeypatch.setattr(parts, "RESERVE", 2**60)
    assert begin(staff, release, "other.zip").status_code == 507
    assert Upload.objects.count() == 1


def test_a_worker_killed_between_storing_and_saying_so_goes_on(release, staff, monkeypatch):
    upload = uploaded(staff, release)
    with monkeypatch.context() as broken, pytest.raises(OSError):
        broken.setattr(ReleaseFile.objects, "create", lambda **row: (_ for _ in ()).throw(OSError("killed")))
        publishing.check(upload.pk)
    assert not ReleaseFile.objects.exists() and not upload.part.exists()
    for _twice in range(2):
        publishing.check(upload.pk)
    file = ReleaseFile.objects.get()
    assert file.sha256 == SHA256 and file.file.read() == CONTENT


def test_two_people_with_one_name_publish_one(release, staff, as_, db):
    other = as_(make.UserFactory(username="other", is_staff=True, is_superuser=True))
    urls = [begin(client, release).json()["url"] for client in (staff, other)]
    for client, url in zip((staff, other), urls, strict=True):
        send(client, url, 0, CONTENT)
    first, second = Upload.objects.order_by("started_at")
    for upload in (first, second):
        publishing.check(upload.pk)
    second.refresh_from_db()
    assert second.state == "refused" and "Namens" in staff.get(page(release)).content.decode()
    assert ReleaseFile.objects.get().file.read() == CONTENT
    assert not second.part.exists()


def test_without_the_script_whole_and_up_to_a_size(release, staff, settings):
    form = {"title": "Setup", "file": SimpleUploadedFile("../..\\x/Setup\u202egpj.zip", CONTENT)}
    assert staff.post(page(release), form).status_code == 302
    publishing.check(Upload.objects.get().pk)
    assert ReleaseFile.objects.get().file_name == "Setupgpj.zip"
    settings.UPLOAD_WHOLE_LIMIT = 1000
    form["file"] = SimpleUploadedFile("b.zip", CONTENT)
    answer = staff.post(page(release), form).content.decode()
    assert "zu groß" in answer and 'value="Setup"' in answer
    assert "Wählen Sie eine Datei" in staff.post(page(release), {"title": "x"}).content.decode()
    assert Upload.objects.count() == 1


def test_out_of_the_incoming_folder(release, staff, settings, tmp_path):
    place = settings.INCOMING_DIR = tmp_path / "incoming"
    place.mkdir()
    for name in ("ready.zip", "busy.zip", ".hidden"):
        (place / name).write_bytes(CONTENT)
    (place / "link.zip").symlink_to("/etc/passwd")
    for name in ("ready.zip", ".hidden"):
        os.utime(place / name, (time.time() - 3600,) * 2)
    text = staff.get(page(release)).content.decode()
    assert "ready.zip" in text and not any(name in text for name in ("busy.zip", "link.zip", ".hidden"))
    for name in ("link.zip", "../../etc/passwd", "busy.zip"):
        assert staff.post(page(release), {"title": "Setup", "incoming": name}).status_code == 200
    assert staff.post(page(release), {"title": "Setup", "incoming": "ready.zip"}).status_code == 302
    publishing.check(Upload.objects.get().pk)
    assert ReleaseFile.objects.get().sha256 == SHA256 and not (place / "ready.zip").exists()


def test_what_was_left_lying_goes(release, staff):
    begin(staff, release)
    stray = parts.folder() / f"{'0' * 32}.part"
    stray.write_bytes(b"x")
    run()
    assert Upload.objects.get().part.exists() and stray.exists()
    Upload.objects.update(updated_at=timezone.now() - dt.timedelta(days=3))
    os.utime(stray, (0, 0))
    run()
    assert not Upload.objects.exists() and list(parts.folder().iterdir()) == []


def test_only_who_may_change_versions_and_only_their_own_upload(release, staff, as_):
    url = begin(staff, release).json()["url"]
    sales = make.UserFactory(username="vertrieb", is_staff=True)
    sales.groups.add(Group.objects.get(name="Vertrieb"))
    assert as_(sales).get(page(release)).status_code == 404
    assert begin(as_(sales), release, "a.zip").status_code == 404
    catalogue = make.UserFactory(username="katalog", is_staff=True)
    catalogue.groups.add(Group.objects.get(name="Katalog"))
    assert as_(catalogue).get(page(release)).status_code == 200
    assert send(as_(catalogue), url, 0, CONTENT).status_code == 404


@pytest.mark.parametrize(
    "name, safe",
    [
        ("Prüfung 26.zip", "Prüfung 26.zip"),
        ("Pru\u0308fung.zip", "Prüfung.zip"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Temp\\setup.exe", "setup.exe"),
        ("a\0b\r\nSet-Cookie: x.zip", "abSet-Cookie x.zip"),
        ("exe\u202epdf.zip", "exepdf.zip"),
        ("..", ""),
        (" . ", ""),
        ("x" * 300 + ".zip", "x" * 196 + ".zip"),
    ],
)
def test_names(name, safe):
    assert safe_name(name) == safe


def test_the_script_goes_on_after_a_cut(release, admin, visit, tmp_path, monkeypatch):
    """In a browser: pieces in order, one of them lost on the way."""
    monkeypatch.setattr(admin_upload, "PIECE", 100_000)
    (tmp_path / "setup.zip").write_bytes(CONTENT)
    tab, lost = visit(admin, page(release)), []

    def lose_one(route):
        if route.request.method == "POST" and "offset=100000" in route.request.url and not lost:
            lost.append(route.request.url)
            return route.abort()
        return route.continue_()

    tab.route("**/hochladen/**", lose_one)
    tab.get_by_label("Programm").fill("Setup")
    tab.get_by_label("Datei", exact=True).set_input_files(tmp_path / "setup.zip")
    tab.get_by_role("button", name="Datei hochladen").click()
    tab.get_by_text("Die Datei ist angekommen").wait_for()
    assert lost
    upload = Upload.objects.get()
    assert upload.state == "checking" and upload.part.read_bytes() == CONTENT


def test_staff_see_the_notes_as_customers_will(release, staff):
    release.notes = "## Neu\n\n- **Schneller**\n<script>alert(1)</script>"
    release.save()
    shown = staff.get(reverse("admin:downloads_release_change", args=[release.pk])).content.decode()
    assert "<strong>Schneller</strong>" in shown and "<script>alert(1)" not in shown
