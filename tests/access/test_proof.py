"""The proof: who may do what today, what became different since the last one; and whether a paper is ours."""

import datetime as dt
import hashlib
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from access.rights import Right
from access.store import set_rights
from contracts.models import Document
from portal.lib.days import today
from portal.models import Paper
from portal.papers import checking
from portal.papers.access_now import differences, members_of
from portal.papers.checking import CHECKS, is_ours
from portal.papers.making import finish

from .. import factories as make

pytestmark = pytest.mark.django_db
NONE = "0" * 64


def proof(client, company):
    """A proof made now, as the worker makes it."""
    client.post(reverse("access_proof", args=[company.number]))
    paper = Paper.objects.get(made_at=None)
    finish(paper.pk)
    paper.refresh_from_db()
    return paper


def words_of(paper):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.file.read())).pages)


def test_it_says_who_may_do_what(acme, olga, ben, deniz, nils, as_):
    ben.at[acme.number].rights.update(ends_on=today() + dt.timedelta(days=9))
    words = words_of(proof(as_(olga), acme))
    assert "Wer darf was" in words and "Dies ist der erste Nachweis." in words
    assert "Olga Oswald" in words and "darf alles" in words and "Zugänge verwalten: ja" in words
    assert f"Shop & Bestellungen: bis {today() + dt.timedelta(days=9):%d.%m.%Y}" in words
    assert "Nils Neumann" in words and "eingeladen" in words
    assert "/echtheit/" in words


def test_the_next_one_says_what_became_different(acme, olga, ben, dora, carla, as_):
    client = as_(olga)
    first = proof(client, acme)
    assert "Bauer" not in str(first.said), "people stand in it by number alone"
    set_rights(ben.at[acme.number], {Right.DOWNLOADS})
    dora.at[acme.number].delete()
    make.MembershipFactory(company=acme, user__first_name="Frida", user__last_name="Falk", rights=[Right.SHOP])
    found = {one.name: one.changes for one in differences(acme, first.said, members_of(acme))}
    assert found["Ben Bauer"] == ["Downloads: ja (vorher: –)", "Shop & Bestellungen: – (vorher: ja)"]
    assert found["Dora Dietz"] == ["Hat keinen Zugang mehr."] and found["Frida Falk"][0] == "Neu."
    assert set(found) == {"Ben Bauer", "Dora Dietz", "Frida Falk"}
    page = client.get(reverse("access_proof", args=[acme.number])).content.decode()
    assert reverse("paper_detail", args=[acme.number, first.pk]) in page
    assert "Änderungen seit dem Nachweis" in page and "Hat keinen Zugang mehr." in page and first.sha256 in page
    assert "Hat keinen Zugang mehr." in words_of(proof(client, acme))
    assert "Nichts hat sich geändert." in client.get(reverse("access_proof", args=[acme.number])).content.decode()


def test_who_was_erased_has_no_name(acme, olga, ben, as_):
    first = proof(as_(olga), acme)
    ben.at[acme.number].delete()
    ben.delete()
    assert [one.name for one in differences(acme, first.said, members_of(acme))] == ["eine inzwischen gelöschte Person"]


def test_it_is_compared_with_the_company_s_own(acme, olga, elsewhere, mallory, as_):
    proof(as_(mallory), elsewhere)
    words = words_of(proof(as_(olga), acme))
    assert "Mallory" not in words and "Dies ist der erste Nachweis." in words


def test_who_loses_the_switch_gets_none(acme, deniz, as_):
    paper = proof(as_(deniz), acme)
    set_rights(deniz.at[acme.number], {Right.SHOP})
    assert as_(deniz).get(reverse("paper_file", args=[acme.number, paper.pk])).status_code == 404
    late = acme.papers.create(kind="access", asked_by=deniz, language="de")
    finish(late.pk)
    assert not Paper.objects.filter(pk=late.pk).exists()


# --- Echtheit prüfen ---


def check(client, **sent):
    answer = client.post(reverse("authenticity"), sent)
    return answer, re.sub(r'value="[^"]*"', "", answer.content.decode())


def test_the_portal_knows_its_papers_again(acme, olga, as_):
    """As a file and as a hash in any spelling, by people whom the portal does not know."""
    paper = proof(as_(olga), acme)
    stranger, content = as_(None), paper.file.read()
    for sent in ({"file": SimpleUploadedFile("x.pdf", content)}, {"sha256": f" {paper.sha256.upper()} "}):
        answer, page = check(stranger, **sent)
        assert answer.status_code == 200 and "Ja: ein unverändertes Dokument" in page
        assert acme.number not in page and acme.name not in page and "Oswald" not in page
    _answer, page = check(stranger, file=SimpleUploadedFile("x.pdf", content + b"\n"))
    assert "Nein: kein unverändertes Dokument" in page


def test_what_counts_as_ours(acme, olga):
    """Also when the file is gone or was recalled as faulty; not what was never theirs, nor what is still to come."""
    acme.papers.create(kind="day", language="de", made_at=timezone.now(), sha256="1" * 64)
    acme.access_reviews.create(closed_at=timezone.now(), sha256="2" * 64)
    recalled = {"recalled_at": timezone.now(), "recall_reason": "vertauscht"}
    make.DocumentFactory(company=acme, sha256="3" * 64)
    make.DocumentFactory(company=acme, sha256="4" * 64, recall=Document.Recall.FAULTY, **recalled)
    make.DocumentFactory(company=acme, sha256="5" * 64, recall=Document.Recall.WRONG_COMPANY, **recalled)
    make.DocumentFactory(company=acme, sha256="6" * 64, dated_on=today() + dt.timedelta(days=1))
    assert [is_ours(digit * 64) for digit in "1234560"] == [True] * 4 + [False] * 3


def test_every_no_is_the_same(acme, as_, django_assert_num_queries):
    """The same words and the same one query, whatever is known of the hash."""
    make.DocumentFactory(
        company=acme, sha256="5" * 64, recall="company", recalled_at=timezone.now(), recall_reason="vertauscht"
    )
    client = as_(None)
    assert check(client, sha256=NONE)[1] == check(client, sha256="5" * 64)[1]
    for digit in "05":
        with django_assert_num_queries(1):
            is_ours(digit * 64)


@pytest.mark.parametrize(
    "sent, word",
    [
        ({}, "Bitte wählen Sie eine Datei"),
        ({"sha256": "abc"}, "hat 64 Zeichen"),
        ({"sha256": "ä" * 64}, "hat 64 Zeichen"),
        ({"file": b""}, "leer"),
        ({"file": b"x" * 1200}, "größer als"),
    ],
)
def test_what_cannot_be_asked_is_refused_beside_the_field(sent, word, as_, monkeypatch):
    monkeypatch.setattr(checking, "MEGABYTE", 50)
    if "file" in sent:
        sent = {"file": SimpleUploadedFile("x.pdf", sent["file"])}
    answer, page = check(as_(None), **sent)
    assert answer.status_code == 422 and word in page and "unverändertes Dokument dieses" not in page


def test_asking_is_throttled(as_):
    client, most = as_(None), int(CHECKS.split("/")[0])
    answers = [check(client, sha256=NONE)[0].status_code for _try in range(most + 1)]
    assert answers == [200] * most + [429]
    assert client.get(reverse("authenticity")).status_code == 200, "looking at the page is not asking"


def test_a_hash_is_of_the_whole_file(as_, acme):
    content = b"%PDF-" + b"y" * 300_000
    make.DocumentFactory(company=acme, sha256=hashlib.sha256(content).hexdigest())
    assert "Ja:" in check(as_(None), file=SimpleUploadedFile("x.pdf", content))[1]


def test_neither_way_of_checking_is_called_optional(client):
    """One of the two is needed."""
    assert "freiwillig" not in client.get(reverse("authenticity")).content.decode()
