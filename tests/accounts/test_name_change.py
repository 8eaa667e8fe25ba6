"""Änderung der Firmierung: reported by the customer, decided by the vendor, in force from its day."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from access.acting import Actor
from access.ending import remove
from accounts.models import Company, NameChange
from accounts.renaming import accept, apply_due, decline, report
from portal.lib.days import today
from portal.lib.pdf import make_pdf
from portal.lib.refusals import Refused
from tests import factories as make
from tests.downloads.test_uploads import VIRUS, clamd  # noqa: F401

pytestmark = pytest.mark.django_db
URL = "/kunde/12345/konto/firmierung/"
FORM = {
    "new_name": "Sonnenhof Immobilien GmbH",
    "new_name_extra": "",
    "new_legal_form": "GmbH",
    "new_seat": "Augsburg",
    "effective_on": "2026-02-01",
    "note": "HRB 12345",
}


@pytest.fixture(scope="session")
def extract(tmp_path_factory):
    """A register extract, as a real PDF."""
    template = tmp_path_factory.mktemp("pdf") / "extract.typ"
    template.write_text('#set document(title: "Auszug")\n#set text(lang: "de")\n= Auszug\nHRB 12345')
    return make_pdf(template)


def upload(content, name="Auszug.pdf"):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


@pytest.fixture
def sent(kim, as_, extract):
    """Kim has reported the new name."""
    as_(kim).post(URL, FORM | {"file": upload(extract, "Auszug Ä.pdf")})
    return NameChange.objects.get()


def decide(client, change, **data):
    return client.post(reverse("admin:accounts_namechange_decide", args=[change.pk]), data)


def test_the_message_goes_to_the_vendor_and_its_state_is_seen(sent, kim, acme, as_):
    to = {message.to[0]: message.body for message in mail.outbox}
    assert set(to) == {"softwarepflege@domus-software.de", kim.email}
    assert "Hausverwaltung Sonnenhof GmbH → Sonnenhof Immobilien GmbH" in to["softwarepflege@domus-software.de"]
    assert f"/admin/accounts/namechange/{sent.pk}/" in to["softwarepflege@domus-software.de"]
    page = as_(kim).get(URL).content.decode()
    assert "wird geprüft" in page and "Meldung zurückziehen" in page and "Registerauszug" in page
    assert "Meldung senden" not in page, "one at a time"
    assert Company.objects.get(pk=acme.pk).name == "Hausverwaltung Sonnenhof GmbH"


def test_staff_see_both_side_by_side_and_accept_with_one_click(sent, kim, olga, acme, admin, as_):
    staff = as_(admin)
    page = staff.get(reverse("admin:accounts_namechange_decide", args=[sent.pk])).content.decode()
    assert "Hausverwaltung Sonnenhof GmbH" in page and "<b>Sonnenhof Immobilien GmbH</b>" in page
    mail.outbox.clear()
    decide(staff, sent, accept="1")
    acme.refresh_from_db()
    assert (acme.name, acme.legal_form, acme.seat) == ("Sonnenhof Immobilien GmbH", "GmbH", "Augsburg")
    assert {message.to[0] for message in mail.outbox} == {kim.email, olga.email}, "everybody with the right"
    page = as_(olga).get(URL).content.decode()
    assert "angenommen" in page and "Hausverwaltung Sonnenhof GmbH" in page, "the history stays"


def test_old_papers_keep_the_old_name(sent, acme, olga, admin):
    """Edge 21."""
    order = make.OrderFactory(company=acme, address="\n".join(acme.address_lines))
    accept(sent, by=admin)
    order.refresh_from_db()
    assert order.address.startswith("Hausverwaltung Sonnenhof GmbH")


def test_a_no_needs_a_reason_which_the_customer_reads(sent, kim, acme, admin, as_):
    staff = as_(admin)
    page = decide(staff, sent, decline="1", reason=" ")
    assert "Bitte geben Sie den Grund an" in page.content.decode()
    mail.outbox.clear()
    decide(staff, sent, decline="1", reason="Der Auszug ist von 2019.")
    sent.refresh_from_db()
    acme.refresh_from_db()
    assert sent.state == "declined" and acme.name == "Hausverwaltung Sonnenhof GmbH"
    assert "Der Auszug ist von 2019." in mail.outbox[0].body
    page = as_(kim).get(URL).content.decode()
    assert "Der Auszug ist von 2019." in page and "Meldung senden" in page


def test_two_of_staff_decide_once(sent, admin):
    accept(sent, by=admin)
    with pytest.raises(Refused, match="angenommen"):
        decline(sent, "doch nicht", by=admin)


def test_a_second_open_message_is_refused(sent, olga, acme, as_):
    """Edge 22: also when two people send at the same time."""
    page = as_(olga).post(URL, FORM | {"new_name": "Zweite GmbH"}, follow=True).content.decode()
    assert "Eine Meldung wird bereits geprüft" in page
    change = NameChange(new_name="Dritte GmbH", new_seat="Ulm", effective_on=today())
    with pytest.raises(Refused):
        report(change, acme, by=olga)
    assert NameChange.objects.count() == 1


def test_who_sent_it_may_be_removed(sent, kim, olga, acme, admin):
    """Edge 22: the message stays with the name, the others are told."""
    remove(Actor.member(olga.at["12345"]), kim.at["12345"])
    mail.outbox.clear()
    sent.refresh_from_db()
    accept(sent, by=admin)
    assert NameChange.objects.get().asked_by_name == "Kim Krause"
    assert [message.to[0] for message in mail.outbox] == [olga.email]
    acme.refresh_from_db()
    assert acme.name == "Sonnenhof Immobilien GmbH"


def test_a_day_to_come_is_waited_for(sent, acme, admin, olga):
    NameChange.objects.update(effective_on=today() + timedelta(days=3))
    sent.refresh_from_db()
    accept(sent, by=admin)
    apply_due()
    acme.refresh_from_db()
    assert acme.name == "Hausverwaltung Sonnenhof GmbH"
    NameChange.objects.update(effective_on=today())
    mail.outbox.clear()
    apply_due()
    apply_due()
    acme.refresh_from_db()
    assert acme.name == "Sonnenhof Immobilien GmbH"
    assert len([message for message in mail.outbox if message.to == [olga.email]]) == 1


def test_the_message_is_withdrawn(sent, kim, as_, admin):
    as_(kim).post(f"{URL}{sent.pk}/zurueckziehen/")
    with pytest.raises(Refused, match="zurückgezogen"):
        accept(sent, by=admin)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "field, value",
    [
        ("new_name", ""),
        ("new_name", "x" * 201),
        ("new_name", "Evil\0GmbH"),
        ("effective_on", ""),
        ("effective_on", "31.02.2026"),
        ("effective_on", "1026-01-01"),
        ("effective_on", "2036-01-01"),
        ("file", SVG),
        ("file", b"<html>%PDF-1.7</html>"),
        ("file", b"%PDF-1.7\nbroken"),
        ("file", b"%PDF-1.7" + b"\0" * (10 * 1024 * 1024)),
    ],
)
def test_bad_input_is_named_beside_its_field_and_the_rest_kept(kim, as_, field, value):
    if field == "file":
        value = upload(value)
    page = as_(kim).post(URL, FORM | {field: value}).content.decode()
    assert f'id="id_{field}_error"' in page and "HRB 12345" in page
    assert not NameChange.objects.exists()


def test_a_register_extract_is_checked_for_viruses(kim, as_, extract, clamd, settings):  # noqa: F811
    page = as_(kim).post(URL, FORM | {"file": upload(extract + VIRUS)}).content.decode()
    assert "Schadsoftware (Eicar-Test-Signature)" in page and "HRB 12345" in page
    assert not NameChange.objects.exists()
    as_(kim).post(URL, FORM | {"file": upload(extract)})
    assert NameChange.objects.get().file.read() == extract
    NameChange.objects.all().delete()
    clamd.shutdown()
    clamd.server_close()
    settings.CLAMAV_ADDRESS = "tcp://127.0.0.1:9"
    page = as_(kim).post(URL, FORM | {"file": upload(extract)}).content.decode()
    assert "derzeit nicht auf Viren geprüft werden" in page and not NameChange.objects.exists()


def test_nothing_new_is_no_message(kim, acme, as_):
    same = {"new_name": acme.name, "new_legal_form": "", "new_seat": ""}
    page = as_(kim).post(URL, FORM | same | {"new_seat": "München"})
    assert page.status_code == 302, "a seat that was never said is new"
    NameChange.objects.all().delete()
    Company.objects.update(seat="München")
    page = as_(kim).post(URL, FORM | same | {"new_seat": "München"}).content.decode()
    assert "Nichts ist anders als heute" in page


def test_the_extract_is_for_those_with_the_right_and_staff(sent, kim, ben, admin, as_):
    url = f"{URL}{sent.pk}/"
    answer = as_(kim).get(url)
    assert (
        answer["Content-Disposition"].startswith("attachment")
        and "Auszug%20%C3%84.pdf" in answer["Content-Disposition"]
    )
    assert as_(ben).get(url).status_code == 403
    staff = as_(admin).get(reverse("admin:accounts_namechange_file", args=[sent.pk]))
    assert b"".join(staff.streaming_content).startswith(b"%PDF-")
