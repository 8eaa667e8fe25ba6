"""Others that drip, are mute or away: scanner, programs, object store. Each conversation has a time in all."""

import contextlib
import io
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from allauth.idp.oidc.models import Client as Program
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from procrastinate.contrib.django.models import ProcrastinateJob
from pypdf import PdfWriter

from accounts import backchannel
from accounts.tasks import tell_program
from downloads import publishing
from downloads.models import ReleaseFile
from portal.lib import uploads
from portal.lib.outward import CallRefused, post
from portal.models import Trouble

from ..downloads.test_delivery import store, use_s3  # noqa: F401 - fixture
from ..downloads.test_uploads import CONTENT, release, staff, uploaded  # noqa: F401 - fixtures
from ..mail.test_queue import work
from ..threads import ENDS_IN

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def raw():
    """raw(say) is the port of a server; say(line) is what it does with each connection. host: where it listens."""
    doors = []

    def start(say, host="127.0.0.1"):
        door = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        doors.append(door)

        def serve():
            while True:
                try:
                    line, _address = door.accept()
                except OSError:
                    return
                threading.Thread(target=spoken, args=[line], daemon=True).start()

        def spoken(line):
            with line, contextlib.suppress(OSError):
                say(line)

        threading.Thread(target=serve, daemon=True).start()
        return door.getsockname()[1]

    yield start
    for door in doors:
        door.close()


def drip(line, first=b"", bit=b"x"):
    line.sendall(first)
    for _tenth in range(30 * ENDS_IN):
        line.sendall(bit)
        time.sleep(0.1)


def test_a_scanner_that_drips_holds_no_page(raw, settings, monkeypatch):
    settings.CLAMAV_ADDRESS = f"tcp://127.0.0.1:{raw(drip)}"
    monkeypatch.setattr(uploads, "SCAN_SECONDS_IN_ALL", 1)
    paper = SimpleUploadedFile("a.pdf", pdf())
    began = time.monotonic()
    with pytest.raises(ValidationError) as refused:
        uploads.check_pdf(paper, megabytes=5)
    assert refused.value.code == uploads.SCANNER_AWAY and time.monotonic() - began < ENDS_IN


def pdf():
    file = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(file)
    return file.getvalue()


def test_a_scanner_that_drips_lets_a_program_wait(raw, settings, monkeypatch, release, staff):  # noqa: F811
    upload = uploaded(staff, release)
    settings.CLAMAV_ADDRESS = f"tcp://127.0.0.1:{raw(drip)}"
    monkeypatch.setattr(publishing, "SCAN_SECONDS", 1)
    began = time.monotonic()
    with pytest.raises(OSError):
        publishing.check(upload.pk)
    assert time.monotonic() - began < ENDS_IN and not ReleaseFile.objects.exists()
    settings.CLAMAV_ADDRESS = ""
    publishing.check(upload.pk)
    assert ReleaseFile.objects.get().size == len(CONTENT)


def program(url):
    return Program(id="homecase", name="HOMECASE", data={"client_metadata": {backchannel.URI: url}})


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b""])
def test_a_program_that_drips_is_given_up_in_time(raw, db, monkeypatch, first):
    """Each read had ten seconds, and nothing limited their number."""
    monkeypatch.setattr(backchannel, "TIMEOUT_SECONDS", 1)
    began = time.monotonic()
    with pytest.raises(OSError):
        backchannel.tell(program(f"http://127.0.0.1:{raw(lambda line: drip(line, first))}/"), "x")
    assert time.monotonic() - began < ENDS_IN


def test_a_program_inside_is_not_told_unless_allowed(raw, db, settings):
    settings.WEBHOOK_NETWORKS = []
    with pytest.raises(CallRefused):
        backchannel.tell(program(f"http://127.0.0.1:{raw(drip)}/"), "x")


@pytest.mark.django_db(transaction=True)
def test_a_program_that_cannot_be_told_stands_in_the_admin(settings):
    settings.WEBHOOK_NETWORKS = []
    program("http://127.0.0.1:9/").save()
    job = tell_program.defer(client="homecase", sub="x")
    ProcrastinateJob.objects.filter(pk=job).update(attempts=6)
    work()
    assert "WEBHOOK_NETWORKS" in Trouble.objects.get(work="tell_program").reason


def test_a_receiver_with_an_address_of_ipv6(raw):
    got = []

    def takes(line):
        got.append(line.recv(65536))
        line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    try:
        port = raw(takes, "::1")
    except OSError:
        pytest.skip("no IPv6 here")
    assert post(f"http://[::1]:{port}/erp", b"x", {}, seconds=5, allowed=["::1/128"])[0] == 204
    assert f"Host: [::1]:{port}".encode() in got[0]
    with pytest.raises(CallRefused):
        post(f"http://[::1]:{port}/erp", b"x", {}, seconds=5, allowed=["127.0.0.0/8"])


# --- the object store ---


@pytest.mark.django_db(transaction=True)
def test_a_program_waits_for_a_store_that_is_away(release, staff, settings, store):  # noqa: F811
    """Its client's errors are no OSErrors: the file was given up at once."""
    use_s3(settings, store)
    there = settings.STORAGES["default"]["OPTIONS"]
    upload = uploaded(staff, release)
    settings.STORAGES = with_store(settings, {**there, "endpoint_url": "http://127.0.0.1:9"})
    work()
    upload.refresh_from_db()
    assert upload.state == "checking" and "127.0.0.1:9" in upload.problem
    assert ProcrastinateJob.objects.get(task_name="check_upload").status == "todo"
    settings.STORAGES = with_store(settings, there)
    ProcrastinateJob.objects.filter(task_name="check_upload").update(scheduled_at=None)
    work()
    assert ReleaseFile.objects.get().file.read() == CONTENT


def with_store(settings, options):
    return {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": options}}


CLIENT = (
    "from django.conf import settings as s; c = s.STORAGES['default']['OPTIONS']['client_config'];"
    "print(c.connect_timeout, c.read_timeout, c.retries['total_max_attempts'])"
)


def test_a_page_waits_for_the_store_no_longer_than_seconds():
    connect, read, tries = asked(CLIENT, PORTAL_WEB="1", S3_BUCKET="x")
    assert (connect + read) * tries <= 20
    assert asked(CLIENT, S3_BUCKET="x")[1] >= 20, "a job stores large files"


def asked(code, **environment):
    """The numbers that the code prints in a process with these settings."""
    env = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "DATA_DIR")} | {"DEMO": "1"} | environment
    words = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    return [int(word) for word in done.stdout.split()]
