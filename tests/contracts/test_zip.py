"""A selection of documents as one ZIP file."""

import datetime as dt
import io
import tracemalloc
import zipfile

import pytest
from django.urls import reverse

from contracts.models import DocumentOpening
from portal.lib.days import today

from .. import factories as make


def load(client, company, *ids):
    return client.post(reverse("document_zip", args=[company.number]), {"document": ids}, follow=True)


def unpack(answer):
    content = b"".join(answer.streaming_content)
    assert len(content) == int(answer.headers["Content-Length"])
    return zipfile.ZipFile(io.BytesIO(content))


def test_what_was_ticked_is_inside_unharmed_and_noted(acme, carla, as_):
    one = make.DocumentFactory(company=acme, number="RE-7", file_name="Öse 7.pdf")
    two = make.DocumentFactory(company=acme, number="RE-8", file_name="../../evil\\x.pdf", content=make.PDF + b"8")
    other = make.DocumentFactory(company=acme, number="RE-9")
    answer = load(as_(carla), acme, one.pk, two.pk)
    packed = unpack(answer)
    assert sorted(packed.namelist()) == ["RE-7 Öse 7.pdf", "RE-8 .._.._evil_x.pdf"]
    assert packed.read("RE-8 .._.._evil_x.pdf") == make.PDF + b"8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Dokumente 12345.zip"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert set(DocumentOpening.objects.values_list("document", "user", "how")) == {
        (one.pk, carla.pk, "download"),
        (two.pk, carla.pk, "download"),
    }
    assert not other.openings.exists()


def test_nothing_ticked_is_said(acme, carla, as_):
    assert "Bitte wählen Sie zuerst mindestens ein Dokument aus" in load(as_(carla), acme).content.decode()


@pytest.mark.parametrize("pk", ["x", "'", "\0", "00000000-0000-4000-8000-000000000000"])
def test_an_id_that_is_none_is_said(pk, acme, carla, as_):
    assert "nicht mehr vorhanden" in load(as_(carla), acme, pk).content.decode()


def test_papers_of_others_and_of_tomorrow_stay_out(acme, elsewhere, carla, as_):
    """Edges 13, 32."""
    mine = make.DocumentFactory(company=acme)
    theirs = make.DocumentFactory(company=elsewhere)
    future = make.DocumentFactory(company=acme, dated_on=today() + dt.timedelta(days=1))
    for hidden in theirs, future:
        answer = load(as_(carla), acme, mine.pk, hidden.pk)
        assert "nicht mehr vorhanden" in answer.content.decode()
    assert not DocumentOpening.objects.exists()


def test_a_file_that_is_gone_is_named_before_anything_is_sent(acme, carla, as_):
    document = make.DocumentFactory(company=acme, number="RE-7")
    document.file.storage.delete(document.file.name)
    assert "Die Datei zu RE-7 fehlt." in load(as_(carla), acme, document.pk).content.decode()


def test_large_papers_pass_through_in_pieces(acme, carla, as_):
    document = make.DocumentFactory(company=acme)
    with open(document.file.path, "r+b") as file:
        file.truncate(32_000_000)
    answer = load(as_(carla), acme, document.pk)
    tracemalloc.start()
    sent = sum(len(piece) for piece in answer.streaming_content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sent == int(answer.headers["Content-Length"]) > 32_000_000
    assert peak < 4_000_000
