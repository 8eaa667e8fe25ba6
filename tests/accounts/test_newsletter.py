"""The newsletter: double opt-in with proof, unsubscribed by one click without a login, exported by staff."""

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import NewsletterConsent
from accounts.tasks import run
from tests import factories as make

pytestmark = pytest.mark.django_db
ON, OFF = {"wanted": "1"}, {"wanted": "0"}


def link(message):
    return re.search(r"http://localhost:8000(/konto/newsletter/\S+)", message.body).group(1)


@pytest.fixture
def subscribe(ben, as_):
    """Ben asks; returns (his client, the link he was mailed)."""
    client = as_(ben)
    client.post(reverse("newsletter"), ON)
    return client, link(mail.outbox[-1])


def test_only_the_opened_link_counts_and_the_proof_is_kept(ben, subscribe):
    client, url = subscribe
    assert "wartet auf Ihre Bestätigung" in client.get(reverse("newsletter")).content.decode()
    other_device = Client(REMOTE_ADDR="203.0.113.9")
    assert "Ja, abonnieren" in other_device.get(url).content.decode()
    assert not NewsletterConsent.objects.confirmed().exists(), "a scanner that opens the link agrees to nothing"
    other_device.post(url)
    proof = NewsletterConsent.objects.confirmed().get()
    assert (proof.email, proof.asked_ip, proof.confirmed_ip) == ("ben@12345.example", "127.0.0.1", "203.0.113.9")
    assert "DOMUS Software GmbH" in proof.wording and proof.wording_version
    assert proof.asked_at <= proof.confirmed_at <= timezone.now()
    assert "abonniert" in client.get("/kunde/12345/konto/").content.decode()


def test_on_and_off_and_on_again_sends_one_mail(subscribe):
    """Edge 19."""
    client, _url = subscribe
    for wish in (ON, OFF, ON, ON):
        client.post(reverse("newsletter"), wish)
    assert len(mail.outbox) == 1
    assert NewsletterConsent.objects.open().count() == 1


def test_an_hour_later_the_link_is_sent_again(subscribe):
    client, _url = subscribe
    NewsletterConsent.objects.update(mailed_at=timezone.now() - timedelta(hours=2))
    client.post(reverse("newsletter"), ON)
    assert len(mail.outbox) == 2


def test_an_old_or_foreign_link_confirms_nothing(subscribe):
    _client, url = subscribe
    NewsletterConsent.objects.update(mailed_at=timezone.now() - timedelta(days=4))
    assert Client().post(url).status_code == 410
    assert Client().post(reverse("newsletter_confirm", args=["erfunden"])).status_code == 410
    assert not NewsletterConsent.objects.confirmed().exists()


def test_mails_carry_the_header_for_one_click(ben, subscribe):
    """RFC 8058: the mail program posts without a login, a cookie or a token of a form."""
    _client, url = subscribe
    Client().post(url)
    begun = mail.outbox[-1]
    assert begun.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = begun.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    answer = Client(enforce_csrf_checks=True).post(stop, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    consent = ben.consents.get()
    assert consent.end == "one_click" and consent.confirmed_at, "the proof stays"
    assert Client().post(url).status_code == 410, "the old link subscribes nobody again"


def test_the_page_asks_before_it_unsubscribes(ben, subscribe):
    _client, url = subscribe
    Client().post(url)
    stop = link(mail.outbox[-1])
    assert "Newsletter abbestellen?" in Client().get(stop).content.decode()
    assert NewsletterConsent.objects.confirmed().exists(), "opening alone ends nothing"
    assert "ist ab sofort nicht mehr" in Client().post(stop).content.decode()
    assert ben.consents.get().end == "link"


def test_the_pages_behind_links_speak_the_reader_s_language(ben, as_):
    ben.language = "en"
    ben.save()
    as_(ben).post(reverse("newsletter"), ON)
    page = Client().get(link(mail.outbox[0])).content.decode()
    assert '<html lang="en">' in page and "Yes, subscribe" in page
    assert "I consent to DOMUS" in ben.consents.get().wording


def test_somebody_without_an_address_is_told(ben, as_):
    ben.email = None
    ben.save()
    page = as_(ben).post(reverse("newsletter"), ON, follow=True).content.decode()
    assert "hinterlegen Sie zuerst eine E-Mail-Adresse" in page and not NewsletterConsent.objects.exists()


def test_staff_export_confirmed_addresses_only(ben, dora, admin, as_):
    make.ConsentFactory(user=ben, confirmed_at=timezone.now())
    make.ConsentFactory(user=dora)
    make.ConsentFactory(user=None, email="=cmd@x.example", confirmed_at=timezone.now())
    make.ConsentFactory(email="weg@x.example", confirmed_at=timezone.now(), ended_at=timezone.now())
    answer = as_(admin).get(reverse("admin:accounts_newsletterconsent_export"))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text), delimiter=";"))
    assert [row["email"] for row in rows] == ["'=cmd@x.example", "ben@12345.example"], "no formula runs"
    Client().post(rows[1]["unsubscribe"].removeprefix("http://localhost:8000"), {"List-Unsubscribe": "One-Click"})
    assert not ben.consents.open().exists()


def test_saving_a_person_in_the_admin_flips_nothing(ben, admin, as_):
    """Edge 19."""
    make.ConsentFactory(user=ben, confirmed_at=timezone.now())
    url = reverse("admin:accounts_user_change", args=[ben.pk])
    form = {"first_name": "Benno", "last_name": "Bauer", "email": ben.email, "language": "de", "username": ben.username}
    assert as_(admin).post(url, form | {"is_active": "on"}).status_code == 302
    assert ben.consents.confirmed().count() == 1


def test_what_was_never_confirmed_is_forgotten_after_a_month(ben, dora):
    old = timezone.now() - timedelta(days=31)
    make.ConsentFactory(user=ben, asked_at=old)
    kept = make.ConsentFactory(user=dora, asked_at=old, confirmed_at=old)
    run()
    assert NewsletterConsent.objects.get() == kept
