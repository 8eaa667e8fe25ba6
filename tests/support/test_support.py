"""The Support-Modul: what it says to whom, and a question that arrives."""

import datetime as dt
import io

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from PIL import Image

from support import incidents
from support.desks import desks
from support.models import AdvisedCompany, Adviser, Contact, Enquiry, Feature, Incident, OpeningDay, SupportText


@pytest.fixture
def texts(db):
    Feature.objects.create(title_de="Ein Ort", title_en="One place", text_de="Alles hier.", text_en="", icon="clock")
    Contact.objects.create(
        name_de="Hotline", name_en="Hotline EN", phone="+49 89 1", hours_de="8 bis 17", hours_en="8-17"
    )


def page(client, company, language="de"):
    client.post(reverse("set_language"), {"language": language})
    return client.get(reverse("support", args=[company.number])).content.decode()


def test_in_the_person_s_language_with_german_where_english_is_missing(acme, kim, as_, texts):
    assert "Ein Ort" in page(as_(kim), acme)
    english = page(as_(kim), acme, "en")
    assert "One place" in english and "Alles hier." in english and "Hotline EN" in english


def test_the_link_says_beforehand_that_the_login_is_another(acme, kim, as_):
    """Edge 58."""
    acme.uses_homecase = True
    acme.save()
    shown = page(as_(kim), acme)
    assert 'href="https://homecase.example/login" rel="noopener noreferrer"' in shown
    assert "eigene Anmeldung" in shown


@pytest.mark.parametrize("uses", [True, False])
def test_who_has_it_finds_the_contacts_first_others_what_it_would_bring(uses, acme, kim, as_, texts):
    acme.uses_homecase = uses
    acme.save()
    shown = page(as_(kim), acme)
    assert (shown.index("Ihre Kontakte bei uns") < shown.index("Was HOMECASE für Sie tut")) == uses
    assert shown.count("Ihre Kontakte bei uns") == 1


def test_who_does_not_use_it_sees_what_it_would_bring(acme, kim, as_):
    shown = page(as_(kim), acme)
    assert "nutzt HOMECASE noch nicht" in shown
    assert "homecase.example/login" not in shown


def test_a_question_is_kept_and_mailed(acme, kim, as_):
    answer = as_(kim).post(reverse("support", args=[acme.number]), {"message": "Was kostet es?"}, follow=True)
    assert "Ihre Frage ist bei uns" in answer.content.decode()
    assert Enquiry.objects.get().company == acme
    sent, receipt = mail.outbox
    assert sent.to == ["info@domus-software.de"]
    assert sent.reply_to == [kim.email]
    assert "Was kostet es?" in sent.body and receipt.to == [kim.email]


@pytest.mark.parametrize("message", ["", "   ", "x" * 4001])
def test_a_question_that_cannot_be_taken_is_told_and_kept(message, acme, kim, as_):
    answer = as_(kim).post(reverse("support", args=[acme.number]), {"message": message})
    shown = answer.content.decode()
    assert 'aria-invalid="true"' in shown
    assert message.strip() in shown
    assert not Enquiry.objects.exists() and mail.outbox == []


def test_a_question_says_what_it_is_about(acme, kim, as_):
    """An order's page, or a search without a hit, leads here with it."""
    client, url = as_(kim), reverse("support", args=[acme.number])
    about = "Bestellung A1: Mahnwesen und 2 weitere"
    assert f'value="{about}"' in client.get(url, {"about": about}).content.decode()
    client.post(url, {"message": "Wann kommt sie?", "about": about})
    assert Enquiry.objects.get().about == about
    sent, receipt = mail.outbox
    body = " ".join(sent.body.split())
    assert sent.subject.endswith(about) and f"Betrifft: {about}" in body and about in receipt.body


@pytest.mark.parametrize("about", ["x" * 5000, "\0", "<script>", "\r\nBcc: a@b.example"])
def test_what_a_link_says_breaks_nothing(about, acme, kim, as_):
    answer = as_(kim).get(reverse("support", args=[acme.number]), {"about": about})
    assert answer.status_code == 200


def test_the_page_says_that_homecase_is_for_questions_to_the_vendor(acme, kim, as_):
    shown = page(as_(kim), acme)
    assert "Ihre Fragen an DOMUS Software GmbH" in shown and "Mietern" not in shown


def test_staff_write_the_lead_and_lead_on(acme, kim, as_, admin):
    client = as_(admin)
    sent = {"lead_de": "So erreichen Sie uns.", "lead_en": "", "more_url": "https://homecase.example/mehr"}
    client.post(reverse("admin:support_supporttext_add"), sent)
    shown = page(as_(kim), acme)
    assert "So erreichen Sie uns." in shown and 'href="https://homecase.example/mehr"' in shown
    assert "So erreichen Sie uns." in page(as_(kim), acme, "en"), "German where English is missing"
    assert client.get(reverse("admin:support_supporttext_add")).status_code == 403, "there is one"
    with pytest.raises(IntegrityError), transaction.atomic():
        SupportText.objects.create(lead_de="Noch einer")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "kein Link"])
def test_only_a_page_is_linked(url, admin, as_):
    answer = as_(admin).post(reverse("admin:support_supporttext_add"), {"lead_de": "A", "more_url": url})
    assert answer.status_code == 200 and not SupportText.objects.exists()


HOUR = dt.timedelta(hours=1)


def incident(**more):
    given = {"title_de": "HOMECASE ist gestört", "title_en": "HOMECASE is down", "from_at": timezone.now() - HOUR}
    return Incident.objects.create(**given | more)


def test_an_incident_stands_on_every_page_and_on_the_tile(acme, olga, as_):
    incident(text_de="Wir arbeiten daran.", until_at=timezone.now() + HOUR)
    client = as_(olga)
    for name in ("start", "account", "support", "article_list"):
        shown = client.get(reverse(name, args=[acme.number])).content.decode()
        assert "HOMECASE ist gestört" in shown and "Wir arbeiten daran." in shown, name
    tiles = client.get(reverse("start", args=[acme.number])).content.decode()
    assert tiles.count("HOMECASE ist gestört") == 2, "above the tiles and on its own"
    assert "HOMECASE ist gestört" in Client().get(reverse("account_login")).content.decode()


def test_in_english_too(acme, olga, as_):
    incident()
    assert "HOMECASE is down" in page(as_(olga), acme, "en")


@pytest.mark.parametrize("begins, ends", [(HOUR, None), (-2 * HOUR, -HOUR)])
def test_before_and_after_nothing_is_said(begins, ends, acme, olga, as_):
    now = timezone.now()
    incident(from_at=now + begins, until_at=now + ends if ends else None)
    assert "HOMECASE ist gestört" not in page(as_(olga), acme)


def test_staff_write_and_end_it_and_the_next_page_knows(acme, olga, as_, admin):
    staff, client = as_(admin), as_(olga)
    row = incident(until_at=None)
    assert "HOMECASE ist gestört" in page(client, acme)
    url = reverse("admin:support_incident_change", args=[row.pk])
    assert staff.get(url).status_code == 200
    Incident.objects.get(pk=row.pk).delete()
    assert "HOMECASE ist gestört" not in page(client, acme)


def test_it_has_to_end_after_it_begins(admin, as_):
    sent = {"title_de": "Wartung", "from_at": "2026-12-31T10:00"}
    sent |= {"until_at": "2026-12-31T09:00"}
    answer = as_(admin).post(reverse("admin:support_incident_add"), sent)
    assert answer.status_code == 200 and "Ende" in answer.content.decode() and not Incident.objects.exists()


def test_pages_ask_for_it_twice_a_minute_at_most(acme, olga, as_, django_assert_num_queries):
    incident()
    with django_assert_num_queries(1):
        incidents.running()
        incidents.running()


def test_a_customer_sees_their_own_contact_by_name_and_nobody_else_does(acme, kim, elsewhere, mallory, as_, admin):
    adviser = Adviser.objects.create(name="Anna Amsel", phone="+49 89 77", email="amsel@domus.example")
    url, field = reverse("admin:support_adviser_change", args=[adviser.pk]), "companies"
    sent = {
        "name": adviser.name, "phone": adviser.phone, "email": adviser.email, f"{field}-TOTAL_FORMS": "1",
        f"{field}-INITIAL_FORMS": "0", f"{field}-0-company": str(acme.pk),
    }  # fmt: skip
    assert as_(admin).post(url, sent).status_code == 302
    shown = page(as_(kim), acme)
    assert "Anna Amsel" in shown and 'href="tel:+498977"' in shown and "amsel@domus.example" in shown
    assert "Anna Amsel" not in page(as_(mallory), elsewhere)
    with pytest.raises(IntegrityError), transaction.atomic():
        AdvisedCompany.objects.create(adviser=Adviser.objects.create(name="B"), company=acme)


# --- pictures and hours ---


def picture(kind="PNG", size=(1600, 900)):
    raw = io.BytesIO()
    Image.new("RGB", size, "#0d5c63").save(raw, kind)
    return SimpleUploadedFile("bild.svg", raw.getvalue(), "image/svg+xml")


def test_staff_give_a_function_its_picture_and_take_it_away(acme, kim, elsewhere, mallory, admin, as_, texts):
    feature, client = Feature.objects.get(), as_(admin)
    url = reverse("admin:support_feature_change", args=[feature.pk])
    sent = {"title_de": "Ein Ort", "title_en": "One", "text_de": "A", "text_en": "B", "icon": "clock", "position": 0}
    sent |= {"picture_text_de": "Eine Liste", "picture_text_en": "A list"}
    answer = client.post(url, {**sent, "picture_file": SimpleUploadedFile("x.png", b"<svg onload=alert(1)>")})
    assert answer.status_code == 200 and "PNG, JPEG oder WebP" in answer.content.decode()
    assert client.post(url, {**sent, "picture_file": picture()}).status_code == 302
    feature.refresh_from_db()
    assert (feature.picture_width, feature.picture_height) == (1200, 675)
    assert client.get(reverse("admin:support_feature_picture", args=[feature.pk])).status_code == 200
    shown = page(as_(kim), acme)
    address = reverse("feature_picture", args=[acme.number, feature.pk, feature.picture_sha256[:16]])
    assert f'src="{address}"' in shown and 'alt="Eine Liste"' in shown and 'alt="A list"' in page(as_(kim), acme, "en")
    answer = as_(kim).get(address)
    content = b"".join(answer.streaming_content)
    assert Image.open(io.BytesIO(content)).format == "WEBP" and answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and "private" in answer.headers["Cache-Control"]
    assert as_(None).get(address).status_code == 302 and as_(mallory).get(address).status_code == 404
    assert as_(kim).get(address.replace(feature.picture_sha256[:16], "0" * 16)).status_code == 404
    client.post(url, {**sent, "picture_remove": "on"})
    feature.refresh_from_db()
    assert not feature.picture and address not in page(as_(kim), acme)


def test_a_desk_says_whether_it_is_open_in_both_languages(acme, kim, as_, texts, monkeypatch):
    contact = Contact.objects.get()
    for weekday in range(5):
        contact.times.create(weekday=weekday, opens=dt.time(8), closes=dt.time(17))
    OpeningDay.objects.create(day=dt.date(2026, 12, 24), why_de="Heiligabend", why_en="Christmas Eve")
    evening = dt.datetime(2026, 12, 23, 17, 30, tzinfo=dt.UTC)
    monkeypatch.setattr("support.views.desks", lambda language, now: desks(language, evening))
    shown = page(as_(kim), acme)
    assert "öffnet Montag um 8 Uhr" in shown and "Montag bis Freitag: 8 Uhr bis 17 Uhr" in shown
    assert "Heiligabend" in shown and "Erster Weihnachtstag" in shown
    english = page(as_(kim), acme, "en")
    assert "opens Monday at 8:00" in english and "Christmas Eve" in english


@pytest.mark.parametrize("times", [(dt.time(9), None), (None, dt.time(9)), (dt.time(9), dt.time(8))])
def test_a_day_is_closed_or_has_both_times(times, db):
    with pytest.raises(IntegrityError), transaction.atomic():
        OpeningDay.objects.create(day=dt.date(2026, 12, 24), opens=times[0], closes=times[1])


def test_one_desk_s_own_day_goes_before_that_of_all(acme, kim, as_, texts):
    contact, day = Contact.objects.get(), dt.date(2026, 12, 24)
    contact.times.create(weekday=3, opens=dt.time(8), closes=dt.time(17))
    OpeningDay.objects.create(day=day)
    OpeningDay.objects.create(day=day, contact=contact, opens=dt.time(8), closes=dt.time(12))
    with override("de"):
        (desk,) = desks("de", dt.datetime(2026, 12, 24, 9, tzinfo=dt.UTC))
    assert (desk["is_open"], desk["now"]) == (True, "jetzt geöffnet, bis 12 Uhr")
