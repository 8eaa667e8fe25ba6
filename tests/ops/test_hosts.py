"""Two web hosts and a worker over one database and one S3 store, each with a disk that the others never see."""

import hashlib
import io
import os

import pytest
import requests
from django.conf import settings as conf
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from accounts.exporting import ask_for_export
from downloads.models import ReleaseFile, Upload
from downloads.publishing import check, forget_abandoned
from downloads.uploading import begin_upload, receive, received_of, take_incoming
from portal.erp_runs.running import ask_export

from .. import factories as make
from ..downloads.test_delivery import store, use_s3  # noqa: F401 - fixture
from ..downloads.test_uploads import CONTENT, VIRUS, clamd  # noqa: F401 - fixture
from ..mail.test_queue import work
from .webs import Web, environment_here, running

pytestmark = pytest.mark.django_db(transaction=True)


class Host(Web):
    """A machine with web processes and a folder that nobody else has."""

    def __init__(self, place, environment):
        place.mkdir()
        self.place = place
        super().__init__({**environment, "DATA_DIR": str(place / "data")})

    def browser(self, client):
        """A session of somebody who is logged in, as this host sees it."""
        session = requests.Session()
        session.headers["Referer"] = self.base
        session.cookies.set("session", client.cookies[conf.SESSION_COOKIE_NAME].value)
        session.get(f"{self.base}/", timeout=120)
        return session


@pytest.fixture
def hosts(store, settings, tmp_path):  # noqa: F811
    """Two of them; this process is the worker, with a third disk."""
    use_s3(settings, store)
    # The demo alone makes a key of its own there.
    environment = environment_here(tmp_path, **s3_of(settings), STATIC_ROOT=str(tmp_path), DEMO="0")
    with running(*(Host(tmp_path / name, environment) for name in ("one", "two"))) as started:
        yield started


def s3_of(settings):
    options = settings.STORAGES["default"]["OPTIONS"]
    named = {"BUCKET": "bucket_name", "ENDPOINT": "endpoint_url", "REGION": "region_name"}
    named |= {"ACCESS_KEY": "access_key", "SECRET_KEY": "secret_key"}
    return {f"S3_{name}": options[option] for name, option in named.items()}


def piece(session, host, state, content, offset, last=""):
    return session.post(
        f"{host.base}{state['url']}?offset={offset}{last}",
        data=content,
        headers={"Content-Type": "application/octet-stream", "X-CSRFToken": session.cookies["csrf"]},
        timeout=120,
    )


def test_nothing_that_one_host_has_on_its_disk_is_missed_by_another(hosts, acme, dora, admin, as_, settings):
    """One test, as starting two hosts takes seconds: an upload, what the worker makes, and limits."""
    an_upload_begun_on_one_host_goes_on_at_the_other(hosts, acme, dora, admin, as_)
    what_the_worker_makes_is_handed_over_by_every_host(hosts, dora, admin, as_)
    wrong_tries_count_together(hosts, dora)
    for host in hosts:
        kept = [path for path in host.place.rglob("*") if path.is_file()]
        assert kept == [], "a host holds something that the others would miss"
    for place in ("uploads", "files", "quarantine"):
        assert not list((settings.DATA_DIR / place).glob("*")), "the worker holds something that the hosts would miss"


def an_upload_begun_on_one_host_goes_on_at_the_other(hosts, acme, dora, admin, as_):
    one, two = hosts
    release = make.ReleaseFactory(product=acme.licences.get().product, version="26.1")
    client = as_(admin)
    here, there = one.browser(client), two.browser(client)
    form = {"title": "Setup", "file_name": "setup.zip", "size": len(CONTENT), "last_modified": "17"}
    start = reverse("admin:downloads_release_upload_start", args=[release.pk])
    form["csrfmiddlewaretoken"] = here.cookies["csrf"]
    state = here.post(f"{one.base}{start}", form, timeout=120).json()
    assert piece(here, one, state, CONTENT[:100_000], 0).json()["received"] == 100_000
    assert there.get(f"{two.base}{state['url']}", timeout=120).json()["received"] == 100_000
    assert piece(there, two, state, CONTENT[:50_000], 0).status_code == 409
    assert piece(there, two, state, CONTENT[100_000:250_000], 100_000).json()["received"] == 250_000
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    assert piece(here, one, state, CONTENT[250_000:], 250_000, f"&sha256={sha256}").json()["next"]
    work()
    file = ReleaseFile.objects.get()
    assert (file.size, file.sha256) == (len(CONTENT), sha256)
    customer = as_(dora)
    for host in hosts:
        path = reverse("release_file", args=[acme.number, file.pk])
        assert host.browser(customer).get(f"{host.base}{path}", timeout=120).content == CONTENT


def what_the_worker_makes_is_handed_over_by_every_host(hosts, dora, admin, as_):
    own, tables = ask_for_export(dora), ask_export(by=admin, with_files=True)
    work()
    own.refresh_from_db()
    assert default_storage.open(own.file.name).read(2) == b"PK"
    path = reverse("admin:portal_erpexport_file", args=[tables.pk])
    for host in hosts:
        answer = host.browser(as_(admin)).get(f"{host.base}{path}", timeout=120)
        assert answer.status_code == 200 and answer.content.startswith(b"PK")


def wrong_tries_count_together(hosts, dora):
    """Five from one address for one account, whichever host is asked."""
    login, said = reverse("account_login"), []
    for number in range(6):
        host, session = hosts[number % 2], requests.Session()
        session.get(host.base + login, timeout=120)
        form = {"login": dora.email, "password": "wrong", "csrfmiddlewaretoken": session.cookies["csrf"]}
        said.append("Zu viele Versuche" in session.post(host.base + login, form, timeout=120).text)
    assert said == [False] * 5 + [True]


@pytest.fixture
def shared(store, settings):  # noqa: F811
    use_s3(settings, store)
    return default_storage.bucket


def begun(release, by, content=CONTENT, name="setup.zip"):
    about = {"title": "Setup", "platform": "", "file_name": name}
    return begin_upload(release, by=by, size=len(content), **about)


def names(bucket, prefix=""):
    return sorted(found.key for found in bucket.objects.filter(Prefix=prefix))


def test_a_piece_that_is_lost_or_was_never_acknowledged(shared, acme, admin):
    release = make.ReleaseFactory(product=acme.licences.get().product, version="26.1")
    upload = begun(release, admin)
    for offset in range(0, 300_000, 100_000):
        receive(upload, offset, io.BytesIO(CONTENT[offset:]), 99_999 if offset == 200_000 else 100_000)
    shared.Object(f"uploads/{upload.pk.hex}/{100_000:015d}").delete()
    assert received_of(upload).received == 100_000, "what lies behind a hole does not count"
    # What a host that died had stored, and nobody had acknowledged, is written over.
    shared.Object(f"uploads/{upload.pk.hex}/{100_000:015d}").put(Body=bytes(150_000))
    receive(upload, 100_000, io.BytesIO(CONTENT[100_000:]), 60_000)
    receive(upload, 160_000, io.BytesIO(CONTENT[160_000:]), 140_000)
    check(upload.pk)
    file = ReleaseFile.objects.get()
    assert file.sha256 == hashlib.sha256(CONTENT).hexdigest() and file.file.read() == CONTENT
    assert names(shared) == [file.file.name]


@pytest.mark.parametrize("clamd", ["tcp"], indirect=True)
def test_a_virus_is_shut_away_in_the_store(shared, acme, admin, clamd):  # noqa: F811
    content = CONTENT[:1000] + VIRUS
    upload = begun(make.ReleaseFactory(product=acme.licences.get().product), admin, content)
    receive(upload, 0, io.BytesIO(content), 500)
    receive(upload, 500, io.BytesIO(content[500:]), len(content) - 500)
    check(upload.pk)
    upload.refresh_from_db()
    assert upload.state == "quarantined" and names(shared) == [f"quarantine/{upload.pk.hex}"]
    assert default_storage.open(f"quarantine/{upload.pk.hex}").read() == content


def test_what_nobody_went_on_with_goes_from_the_store(shared, acme, admin, settings, monkeypatch):
    release = make.ReleaseFactory(product=acme.licences.get().product)
    old, new = begun(release, admin, name="old.zip"), begun(release, admin, name="new.zip")
    for upload in (old, new):
        receive(upload, 0, io.BytesIO(CONTENT), 1000)
    Upload.objects.filter(pk=old.pk).update(updated_at=timezone.now() - Upload.ABANDONED * 2)
    shared.Object(f"uploads/{'0' * 32}/{0:015d}").put(Body=b"stray")
    forget_abandoned()
    assert {name.split("/")[1] for name in names(shared)} == {new.pk.hex, "0" * 32}, "a stray may be a moment old"
    monkeypatch.setattr(Upload, "ABANDONED", -Upload.ABANDONED)
    Upload.objects.filter(pk=new.pk).update(state="refused")
    forget_abandoned()
    assert {name.split("/")[1] for name in names(shared)} == {new.pk.hex}


def test_a_file_of_the_incoming_folder_is_published_from_the_store(shared, acme, admin, settings, tmp_path):
    settings.INCOMING_DIR = str(tmp_path)
    (tmp_path / "large.zip").write_bytes(CONTENT)
    os.utime(tmp_path / "large.zip", (1, 1))
    release = make.ReleaseFactory(product=acme.licences.get().product, version="26.1")
    upload = take_incoming(release, "large.zip", by=admin, title="Setup", platform="", file_name="large.zip")
    check(upload.pk)
    assert release.files.get().file.read() == CONTENT and not (tmp_path / "large.zip").exists()
