"""The data processing agreement, concluded online: read, signed once, filed and mailed."""

import datetime as dt
import io
from functools import partial

import pytest
import typst
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from pypdf import PdfReader

from contracts import tasks
from contracts.avv import conclude_avv
from portal.lib.days import today
from portal.lib.refusals import Refused

from .. import factories as make
from ..threads import PATIENCE, at_once, beside

SIGNED = {"name": "Olga Oswald-Größe", "function": "Geschäftsführerin", "agrees": "on"}


def paper(text):
    return typst.compile(f'#set document(title: "AVV")\n{text}'.encode(), pdf_standards=["a-2b"])


def agreement(text="Der Auftragnehmer verarbeitet Daten nur auf Weisung.", **more):
    more = {"number": "AVV-3", "kind": "AVV", "title": "Vereinbarung zur Auftragsverarbeitung", **more}
    return make.TermsFactory(content=paper(text), **more)


@pytest.fixture
def terms(db):
    return agreement()


def text_of(content):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def send(client, company, terms, **changed):
    data = {**SIGNED, "shown": terms.sha256, **changed}
    return client.post(reverse("avv", args=[company.number]), data, follow=True).content.decode()


def test_the_whole_text_is_on_the_page_with_its_hash(acme, olga, as_, terms):
    shown = as_(olga).get(reverse("avv", args=[acme.number])).content.decode()
    assert "Der Auftragnehmer verarbeitet Daten nur auf Weisung." in shown
    assert shown.count(terms.sha256) == 2, "to be read, and to be sent along"
    assert "Verbindlich abschließen" in shown


def test_a_holder_concludes_it_and_gets_the_paper(acme, olga, as_, terms, settings):
    """Edge 27: name and function as they were typed, the text and its hash on an accessible paper for both sides."""
    acme.email = "post@sonnenhof.example"
    acme.save()
    shown = send(as_(olga), acme, terms)
    assert "Die Vereinbarung ist abgeschlossen" in shown
    acceptance = acme.acceptances.get()
    assert (acceptance.user, acceptance.sha256, acceptance.signer_name) == (olga, terms.sha256, SIGNED["name"])
    tasks.make_agreement.func(acceptance=acceptance.pk)
    (document,) = acme.documents.filter(kind="AVV")
    content = document.file.read()
    words = text_of(content)
    for part in ["nur auf Weisung", acme.name, SIGNED["name"], SIGNED["function"], terms.sha256[:20]]:
        assert part in words
    assert b"<pdfaid:part>3</pdfaid:part>" in content and b"pdfuaid" in content
    assert "/StructTreeRoot" in PdfReader(io.BytesIO(content)).trailer["/Root"]
    readers = {message.to[0] for message in mail.outbox if message.attachments}
    assert readers == {olga.email, acme.email, settings.BRAND["info_mail"]}
    assert mail.outbox[-1].attachments[0][1] == content
    shown = as_(olga).get(reverse("avv", args=[acme.number])).content.decode()
    assert "Vereinbarung öffnen (PDF)" in shown and "Verbindlich abschließen" not in shown


def test_the_paper_is_made_once_however_often_the_worker_tries(acme, olga, terms):
    acceptance = conclude_avv(acme, shown=terms.sha256, name="Olga", function="Chefin", by=olga)
    tasks.make_agreement.func(acceptance=acceptance.pk)
    sent = len(mail.outbox)
    tasks.make_agreement.func(acceptance=acceptance.pk)
    assert (acme.documents.count(), len(mail.outbox)) == (1, sent)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, "Ihr Name"),
        ({"function": " "}, "Ihre Funktion in der Firma"),
        ({"agrees": ""}, "Bitte bestätigen Sie, dass Sie die Vereinbarung abschließen."),
        ({"name": "Olga\u202eOswald"}, "Nach „Olga“ steht ein unsichtbares Zeichen"),
        ({"shown": "0" * 64}, "Inzwischen gilt eine andere Fassung"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_concluded(changed, said, acme, olga, as_, terms):
    shown = send(as_(olga), acme, terms, **changed)
    assert said in shown and "Bitte prüfen Sie Ihre Eingaben" in shown
    assert changed.get("name", SIGNED["name"]) in shown, "what was typed stays"
    assert not acme.acceptances.exists()


def test_a_version_published_meanwhile_must_be_read_first(acme, olga, as_, terms):
    """Edge 28."""
    new = agreement("Neue Fassung mit Meldung binnen 24 Stunden.", number="AVV-4", valid_from=today())
    client = as_(olga)
    shown = send(client, acme, terms)
    assert "Inzwischen gilt eine andere Fassung" in shown and "binnen 24 Stunden" in shown
    assert f'value="{new.sha256}"' in shown
    send(client, acme, new)
    assert acme.acceptances.get().terms == new


def test_colleagues_who_may_see_documents_cannot_conclude(acme, carla, as_, terms):
    """Edge 27."""
    answer = as_(carla).post(reverse("avv", args=[acme.number]), {**SIGNED, "shown": terms.sha256})
    assert answer.status_code == 403
    assert not acme.acceptances.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_conclude_at_once_conclude_it_once(acme, olga, terms):
    """Edge 28."""
    second = make.MembershipFactory(company=acme, is_holder=True).user
    said = {"shown": terms.sha256, "function": "Leitung"}
    conclude = lambda person: conclude_avv(acme, name=person.first_name, by=person, **said)
    answers = at_once(partial(conclude, olga), partial(conclude, second), refused=Refused)
    (told,) = [str(answer) for answer in answers if isinstance(answer, Refused)]
    assert "bereits abgeschlossen" in told
    assert acme.acceptances.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_worker_makes_the_paper(acme, olga, terms):
    conclude_avv(acme, shown=terms.sha256, name="Olga", function="Chefin", by=olga)

    beside(partial(call_command, "procrastinate", "worker", "--one-shot", "--queues", "papers")).result(PATIENCE)
    assert acme.documents.get().acceptance.signer_name == "Olga"


def reminder(client, company):
    return "AVV offen" in client.get(reverse("start", args=[company.number])).content.decode()


def test_the_start_page_reminds_who_may_conclude_until_it_is(acme, olga, carla, as_, terms):
    assert reminder(as_(olga), acme) and not reminder(as_(carla), acme)
    conclude_avv(acme, shown=terms.sha256, name="Olga", function="Chefin", by=olga)
    assert not reminder(as_(olga), acme)
    agreement("Neue Fassung.", number="AVV-4", valid_from=today())
    assert reminder(as_(olga), acme), "a new version asks again"


def test_a_paper_filed_since_the_version_is_valid_counts(acme, olga, as_, terms):
    make.DocumentFactory(company=acme, kind="AVV", dated_on=terms.valid_from - dt.timedelta(days=1))
    assert reminder(as_(olga), acme), "it belongs to an earlier version"
    make.DocumentFactory(company=acme, kind="AVV", dated_on=terms.valid_from)
    assert not reminder(as_(olga), acme)


def test_a_version_of_tomorrow_is_not_asked_for_today(acme, olga, as_):
    """Edge 32."""
    agreement("Künftige Fassung", valid_from=today() + dt.timedelta(days=1))
    assert not reminder(as_(olga), acme)
    assert "Künftige" not in as_(olga).get(reverse("avv", args=[acme.number])).content.decode()


def test_a_scan_without_text_is_not_concluded_unread(acme, olga, as_):
    """Edge 35: nobody signs here what the page cannot show."""
    terms = make.TermsFactory(kind="AVV")
    page = as_(olga).get(reverse("avv", args=[acme.number])).content.decode()
    assert "lässt sich hier nicht anzeigen" in page and "Verbindlich abschließen" not in page
    send(as_(olga), acme, terms)
    assert not acme.acceptances.exists()


def test_the_page_keeps_to_the_query_budget(acme, olga, as_, terms, django_assert_max_num_queries):
    client = as_(olga)
    with django_assert_max_num_queries(8):
        client.get(reverse("avv", args=[acme.number]))


def test_staff_see_which_companies_lack_the_agreement(acme, elsewhere, olga, admin, as_, terms):
    conclude_avv(acme, shown=terms.sha256, name="Olga", function="Chefin", by=olga)
    listed = lambda which: as_(admin).get(reverse("admin:accounts_company_changelist"), {"avv": which}).content.decode()
    assert elsewhere.name in listed("missing") and acme.name not in listed("missing")
    assert acme.name in listed("valid") and elsewhere.name not in listed("valid")


def test_the_name_is_known_and_what_is_filed_is_named(acme, olga, as_, terms):
    make.DocumentFactory(
        company=acme, kind="AVV", number="AVV-2020-7", title="Vereinbarung von 2020", dated_on=dt.date(2020, 3, 12)
    )
    page = " ".join(as_(olga).get(reverse("avv", args=[acme.number])).content.decode().split())
    assert 'name="name" value="Olga Oswald"' in page
    assert "Hier liegt: Vereinbarung von 2020 (AVV-2020-7) vom 12.03.2020." in page


def test_the_annexes_are_on_the_page_and_in_the_paper(acme, olga, as_, terms):
    make.TermsFactory(kind="TOM", title="Maßnahmen 2026", content=paper("Zutritt nur mit Ausweis."))
    make.SubProcessorFactory(name="Rechenzentrum Süd GmbH")
    assert "Maßnahmen 2026" in as_(olga).get(reverse("avv", args=[acme.number])).content.decode()
    send(as_(olga), acme, terms)
    tasks.make_agreement.func(acceptance=acme.acceptances.get().pk)
    text = text_of(acme.documents.get(kind="AVV").file.read())
    assert "Anlage 1: Maßnahmen 2026 Zutritt nur mit Ausweis." in text
    assert "Anlage 2: Unterauftragsverarbeiter Rechenzentrum Süd GmbH" in text
