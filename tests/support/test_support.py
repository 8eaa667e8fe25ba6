"""The Support-Modul: what it says to whom, and a question that arrives."""

import pytest
from django.core import mail
from django.urls import reverse

from support.models import Contact, Enquiry, Feature


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
