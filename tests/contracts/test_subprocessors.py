"""Sub-processors: dated, announced before they begin, objected to within the period, answered."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from contracts import notices
from contracts.avv import conclude_avv
from contracts.models import ChangeNotice, Objection, SubProcessorChange
from contracts.notices import tell_next
from contracts.subprocessors import announce, object_to
from portal.lib.days import today
from portal.lib.refusals import Refused
from tests import factories as make

from .test_avv import agreement

pytestmark = pytest.mark.django_db
URL = "/kunde/12345/dokumente/unterauftragsverarbeiter/"


@pytest.fixture
def covered(acme, olga):
    """Acme with the AVV in force."""
    terms = agreement()
    acme.acceptances.create(terms=terms, user=olga, signer_name="Olga", sha256=terms.sha256, is_conclusion=True)
    return acme


@pytest.fixture
def change(covered, admin):
    processor = make.SubProcessorFactory(name="Postversand AG", since=today() + timedelta(days=60))
    change = announce(processor, by=admin)
    tell_next(change.pk)
    return change


def test_customers_read_who_works_today_and_who_did(carla, as_):
    make.SubProcessorFactory()
    make.SubProcessorFactory(name="Früher GmbH", until=today() - timedelta(days=1))
    make.SubProcessorFactory(name="Später GmbH", since=today() + timedelta(days=5))
    page = as_(carla).get(URL).content.decode()
    assert "Rechenzentrum Süd GmbH" in page and "Nürnberg" in page and "Betrieb der Server" in page
    assert page.index("Nicht mehr eingesetzt") < page.index("Früher GmbH")
    assert "Später GmbH" not in page, "not before it is announced"


def test_it_is_announced_in_time_or_not_at_all(covered, admin):
    soon = make.SubProcessorFactory(since=today() + timedelta(days=30))
    with pytest.raises(Refused, match="frühestens"):
        announce(soon, by=admin)
    assert not SubProcessorChange.objects.exists()


def test_licence_holders_of_companies_with_an_avv_are_told_once(change, covered, olga, deniz, mallory, admin, as_):
    told = [message for message in mail.outbox if "Postversand AG" in message.subject]
    assert [message.to for message in told] == [[olga.email]], "not the deputy, not a company without an AVV"
    assert change.objection_until.strftime("%d.%m.%Y") in told[0].body and URL in told[0].body
    tell_next(change.pk)
    assert len(mail.outbox) == len(told) and ChangeNotice.objects.count() == 1
    with pytest.raises(Refused):
        announce(change.processor, by=admin)
    assert "Neuer Unterauftragsverarbeiter" in as_(olga).get("/kunde/12345/").content.decode()
    assert "Neuer Unterauftragsverarbeiter" not in as_(deniz).get("/kunde/12345/").content.decode()


def test_the_worker_goes_on_batch_by_batch(covered, admin, monkeypatch):
    monkeypatch.setattr(notices, "BATCH", 2)
    terms = covered.acceptances.get().terms
    for _number in range(4):
        company = make.CompanyFactory()
        holder = make.MembershipFactory(company=company, is_holder=True, is_main_holder=True).user
        company.acceptances.create(terms=terms, user=holder, signer_name="x", sha256=terms.sha256, is_conclusion=True)
    change = announce(make.SubProcessorFactory(since=today() + timedelta(days=60)), by=admin)
    assert [tell_next(change.pk) for _batch in range(3)] == [True, True, False]
    assert len({message.to[0] for message in mail.outbox}) == 5


def test_a_licence_holder_objects_and_is_answered(change, covered, olga, admin, as_):
    mail.outbox.clear()
    client = as_(olga)
    empty = client.post(f"{URL}{change.pk}/widerspruch/", {"text": " "})
    assert f'id="id_text_{change.pk}_error"' in empty.content.decode()
    client.post(f"{URL}{change.pk}/widerspruch/", {"text": "Sitz außerhalb der EU."})
    objection = Objection.objects.get()
    to = {message.to[0]: message.body for message in mail.outbox}
    assert set(to) == {"info@domus-software.de", olga.email}
    assert f"/admin/contracts/objection/{objection.pk}/" in to["info@domus-software.de"]
    assert "Neuer Unterauftragsverarbeiter" not in client.get("/kunde/12345/").content.decode()
    staff, page = as_(admin), reverse("admin:contracts_objection_decide", args=[objection.pk])
    assert "Sitz außerhalb der EU." in staff.get(page).content.decode()
    assert "Bitte geben Sie den Grund an" in staff.post(page, {"decline": "1"}).content.decode()
    staff.post(page, {"decline": "1", "reason": "Sitz ist Augsburg."})
    assert "Sitz ist Augsburg." in mail.outbox[-1].body
    shown = client.get(URL).content.decode()
    assert "nicht gefolgt" in shown and "Sitz ist Augsburg." in shown


def test_one_objection_and_only_within_the_period(change, covered, olga, ben, as_):
    object_to(change, covered, "Nein.", by=olga)
    with pytest.raises(Refused, match="bereits Einspruch erhoben"):
        object_to(change, covered, "Nein!", by=olga)
    Objection.objects.all().delete()
    change.objection_until = today()
    change.save()
    assert "Einspruch möglich bis" in as_(olga).get(URL).content.decode(), "the end of that day counts"
    change.objection_until = today() - timedelta(days=1)
    change.save()
    page = as_(olga).post(f"{URL}{change.pk}/widerspruch/", {"text": "Zu spät."}, follow=True).content.decode()
    assert "Die Frist für den Einspruch endete" in page and not Objection.objects.exists()


def test_an_agreement_on_paper_is_not_concluded_again_by_hand(acme, olga):
    terms = agreement()
    make.DocumentFactory(company=acme, kind="AVV", dated_on=today())
    with pytest.raises(Refused, match="auf Papier"):
        conclude_avv(acme, shown=terms.sha256, name="Olga", function="GF", by=olga)
    assert not acme.acceptances.exists()
