"""Uploads whose pieces wait in the S3 store, where every host finds them."""

import hashlib
import io
import os

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from downloads.models import ReleaseFile, Upload
from downloads.publishing import check, forget_abandoned
from downloads.uploading import begin_upload, receive, received_of, take_incoming

from .. import factories as make
from ..downloads.test_delivery import store, use_s3  # noqa: F401 - fixture
from ..downloads.test_uploads import CONTENT, VIRUS, clamd  # noqa: F401 - fixture

pytestmark = pytest.mark.django_db(transaction=True)


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
