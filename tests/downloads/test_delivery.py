"""The same promises about files, whoever sends the bytes: the portal's threads, an S3 store, nginx."""

import hashlib
import io
import os
import shutil
import socket
import subprocess
import zipfile

import pytest
import requests
from django.conf import settings as conf
from django.core.files.base import File
from django.urls import reverse

from downloads.models import Download
from downloads.publishing import check
from downloads.uploading import begin_upload, receive
from portal.lib.days import today

from .. import factories as make
from ..ops.front import needs_nginx, nginx_conf
from ..ports import free_port
from ..threads import PATIENCE, until

CONTENT = bytes(range(256)) * 400
pytestmark = pytest.mark.django_db(transaction=True)


def wait_for(port):
    def listens():
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    until(listens)


@pytest.fixture(scope="module")
def store():
    """An S3 server on this machine; gives its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


def use_s3(settings, store):
    import boto3

    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-central-1"}
    client = boto3.client("s3", endpoint_url=store, **keys)
    bucket = f"files-{os.urandom(4).hex()}"
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    options = {
        "bucket_name": bucket, "endpoint_url": store, "region_name": "eu-central-1", "access_key": "test",
        "secret_key": "test", "addressing_style": "path", "signature_version": "s3v4", "default_acl": None,
        "querystring_auth": True, "file_overwrite": False,
    }  # fmt: skip
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "portal.lib.storage_s3.Store", "OPTIONS": options},
    }


@pytest.fixture(params=["folder", "s3", pytest.param("nginx", marks=needs_nginx)])
def address(request, live_server, settings, tmp_path):
    """Where customers reach the portal, with their files delivered in one of the three ways."""
    if request.param != "nginx":
        if request.param == "s3":
            use_s3(settings, request.getfixturevalue("store"))
        yield live_server.url
        return
    settings.X_ACCEL_PREFIX = "/_files/"
    (tmp_path / "files").mkdir()
    front, web = free_port(), live_server.url.rsplit(":", 1)[1]
    path = nginx_conf(tmp_path, web, front, free_port(), tls=False)
    nginx = subprocess.Popen(["nginx", "-c", path, "-g", "daemon off;", "-p", tmp_path])
    wait_for(front)
    yield f"http://127.0.0.1:{front}"
    nginx.terminate()
    nginx.wait(PATIENCE)


@pytest.fixture
def file(address, acme, elsewhere):
    release = make.ReleaseFactory(product=acme.licences.get().product, version="26.1")
    return make.ReleaseFileFactory(release=release, file_name="Prüfung 26.zip", content=CONTENT)


@pytest.fixture
def fetch(address, as_, acme):
    """fetch(person, file): a GET or another method as that person's browser."""

    def fetch(person, file, method="GET", company=acme, **headers):
        cookies = {conf.SESSION_COOKIE_NAME: as_(person).cookies[conf.SESSION_COOKIE_NAME].value} if person else {}
        url = address + reverse("release_file", args=[company.number, file.pk])
        return requests.request(
            method, url, headers=headers, cookies=cookies, timeout=PATIENCE, allow_redirects=person is not None
        )

    return fetch


def test_the_file_as_it_is(fetch, file, dora):
    """Edges 51 and 52: name, type, size, parts, and one logged download."""
    whole = fetch(dora, file)
    assert (whole.status_code, whole.content) == (200, CONTENT)
    assert whole.headers["Content-Disposition"] == "attachment; filename*=utf-8''Pr%C3%BCfung%2026.zip"
    assert whole.headers["Content-Type"] == "application/zip"
    assert "no-store" in whole.headers["Cache-Control"]
    assert "X-Accel-Redirect" not in whole.headers
    part = fetch(dora, file, Range="bytes=100-199")
    assert (part.status_code, part.content) == (206, CONTENT[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(CONTENT)}"
    again = fetch(dora, file, Range="bytes=500-", **{"If-Range": part.headers["ETag"]})
    assert (again.status_code, again.content) == (206, CONTENT[500:])
    assert Download.objects.count() == 1


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0", "bytes=9999999999999999999999-"])
def test_a_range_that_makes_no_sense_is_no_download(asked, fetch, file, dora):
    answer = fetch(dora, file, Range=asked)
    assert answer.status_code == 416 or answer.content == CONTENT
    assert Download.objects.exists() is (answer.status_code != 416)
    assert answer.status_code == 416 or "99999999999" in asked


def test_looking_is_no_download(fetch, file, dora):
    seen = fetch(dora, file, method="HEAD")
    assert seen.status_code == 200 and seen.content == b""
    assert seen.headers["Content-Length"] == str(len(CONTENT))
    assert not Download.objects.exists()


def test_refusals_are_the_same_everywhere(fetch, file, acme, elsewhere, dora, ben, mallory):
    """A foreign id, a missing right, nobody, and what the licence does not cover; nothing of the file gets out."""
    assert fetch(None, file).status_code == 302
    assert fetch(ben, file).status_code == 403
    assert fetch(mallory, file).status_code == 404
    assert fetch(mallory, file, company=elsewhere).status_code == 404, "no maintenance there"
    type(file.release).objects.update(withdrawn_on=today())
    refused = fetch(dora, file)
    assert refused.status_code == 404 and CONTENT[:64] not in refused.content
    assert not Download.objects.exists()


def test_gone_from_storage_is_said_and_leaks_no_name(fetch, file, dora):
    file.file.storage.delete(file.file.name)
    answer = fetch(dora, file)
    assert answer.status_code == 404 and file.file.name not in answer.text
    assert not Download.objects.exists()


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed here")
def test_curl_resumes_after_a_cut_and_the_hash_holds(address, file, dora, acme, as_, tmp_path):
    # CURL_MB=1024 for the measurement of a whole gigabyte.
    size = int(os.environ.get("CURL_MB", 64)) * 1024 * 1024
    source = tmp_path / "source.zip"
    with source.open("wb") as sparse:
        sparse.truncate(size)
        for place in range(0, size, size // 16):
            sparse.seek(place)
            sparse.write(os.urandom(64))
    with source.open("rb") as content:
        wanted = hashlib.file_digest(content, "sha256").hexdigest()
        name = file.file.storage.save("releases/aa/large.zip", File(content))
    type(file).objects.update(file=name, size=size, sha256=wanted)
    url = address + reverse("release_file", args=[acme.number, file.pk])
    cookie = f"{conf.SESSION_COOKIE_NAME}={as_(dora).cookies[conf.SESSION_COOKIE_NAME].value}"
    curl = ["curl", "-sS", "-f", "-L", "-b", cookie, "-o", tmp_path / "got.zip", url]
    cut = subprocess.run([*curl, "--limit-rate", "20M", "--max-time", "1"], capture_output=True)
    begun = (tmp_path / "got.zip").stat().st_size
    assert cut.returncode == 28 and 0 < begun < size, "the line was cut"
    subprocess.run([*curl, "-C", "-"], check=True)
    with (tmp_path / "got.zip").open("rb") as got:
        assert hashlib.file_digest(got, "sha256").hexdigest() == wanted
    assert Download.objects.count() == 1


def test_documents_zip_and_new_programs_live_in_the_store_too(live_server, settings, store, acme, olga, admin, as_):
    """One way for every file: read in the browser, packed, published."""
    use_s3(settings, store)
    document = make.DocumentFactory(company=acme, file_name="Auftrag Ä.pdf")
    shown = as_(olga).get(reverse("document_file", args=[acme.number, document.pk]))
    assert shown.status_code == 302 and shown.headers["Cache-Control"] == "private, no-store"
    got = requests.get(shown.url, timeout=PATIENCE)
    assert got.content == make.PDF and got.headers["Content-Type"] == "application/pdf"
    assert got.headers["Content-Disposition"] == "inline; filename*=utf-8''Auftrag%20%C3%84.pdf"
    bare = shown.url.split("?")[0]
    assert bare.startswith(store) and "X-Amz-Expires=60" in shown.url
    packed = as_(olga).post(reverse("document_zip", args=[acme.number]), {"document": [document.pk]})
    with zipfile.ZipFile(io.BytesIO(b"".join(packed.streaming_content))) as archive:
        assert archive.read(archive.namelist()[0]) == make.PDF

    release = make.ReleaseFactory(product=acme.licences.get().product, version="27.0")
    upload = begin_upload(release, by=admin, title="Setup", platform="", file_name="setup.zip", size=len(CONTENT))
    receive(upload, 0, io.BytesIO(CONTENT), len(CONTENT))
    for _twice in range(2):
        check(upload.pk)
    file = release.files.get()
    answer = as_(olga).get(reverse("release_file", args=[acme.number, file.pk]))
    assert requests.get(answer.url, timeout=PATIENCE).content == CONTENT
    assert not upload.part.exists() and file.sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_a_store_that_is_away_is_said_so_and_no_download_is_noted(acme, dora, as_, settings):
    from botocore.config import Config

    release = make.ReleaseFactory(product=acme.licences.get().product, version="26.1")
    file = make.ReleaseFileFactory(release=release, content=CONTENT)
    away = f"http://127.0.0.1:{free_port()}"
    config = Config(connect_timeout=1, retries={"total_max_attempts": 1})
    options = {"bucket_name": "b", "endpoint_url": away, "client_config": config, "access_key": "t", "secret_key": "t"}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "portal.lib.storage_s3.Store", "OPTIONS": options},
    }
    client = as_(dora)
    client.raise_request_exception = False
    answer = client.get(reverse("release_file", args=[acme.number, file.pk]))
    assert answer.status_code == 503 and answer["Retry-After"]
    assert "Dateien sind derzeit nicht erreichbar" in answer.content.decode()
    assert not file.downloads.exists()
    assert client.get(reverse("product_detail", args=[acme.number, "4000"])).status_code == 200, "the rest works"
