"""A change of address: pending, replaced by the next, taken back by the old address for a week; and by staff."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import EmailChange, NewsletterConsent
from tests import factories as make
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http://localhost:8000(/\S+)")


def link_to(address, part=""):
    """The last link mailed to an address."""
    bodies = [message.body for message in mail.outbox if message.to == [address]]
    return [found for body in bodies for found in LINK.findall(body) if part in found][-1]


@pytest.fixture
def ben_in(ben):
    client = Client()
    EmailAddress.objects.create(user=ben, email=ben.email, verified=True, primary=True)
    client.post(reverse("account_login"), {"login": ben.email, "password": make.PASSWORD})
    return client


def change(client, email):
    """Asked for and confirmed, on another device."""
    client.post(reverse("account_email"), {"email": email, "action_add": ""})
    return Client().post(link_to(email, "confirm-email"))


def test_a_second_change_replaces_the_first(ben, ben_in):
    """Edge 17."""
    ben_in.post(reverse("account_email"), {"email": "eins@neu.example", "action_add": ""})
    first = link_to("eins@neu.example")
    change(ben_in, "zwei@neu.example")
    Client().post(first)
    ben.refresh_from_db()
    assert ben.email == "zwei@neu.example"
    assert ben.emailaddress_set.get().email == "zwei@neu.example"


def test_the_old_address_takes_it_back_within_a_week(ben, ben_in):
    """Edge 17: whoever changed it is out, whatever they know."""
    change(ben_in, "dieb@fremd.example")
    url = link_to("ben@12345.example", "/konto/adresse/")
    stranger = Client()
    stranger.post(reverse("account_login"), {"login": "dieb@fremd.example", "password": make.PASSWORD})
    assert stranger.get("/kunde/12345/").status_code == 200
    page = Client().get(url)
    assert "Änderung rückgängig machen" in page.content.decode() and page["Referrer-Policy"] == "strict-origin"
    ben.refresh_from_db()
    assert ben.email == "dieb@fremd.example", "a scanner that opens the link changes nothing"
    mail.outbox.clear()
    done = Client().post(url)
    assert "Ihre bisherige Adresse ist wieder hinterlegt" in done.content.decode()
    ben.refresh_from_db()
    assert ben.email == "ben@12345.example" and ben.emailaddress_set.get().email == ben.email
    assert stranger.get("/kunde/12345/").status_code == ben_in.get("/kunde/12345/").status_code == 302
    login = {"login": ben.email, "password": make.PASSWORD}
    assert Client().post(reverse("account_login"), login).status_code == 200, "the password is void"
    assert link_to("ben@12345.example", "/password/reset/key/")
    assert Client().post(url).status_code == 410, "once"


def test_after_a_week_the_link_is_dead(ben, client):
    token = EmailChange.note(ben, "alt@12345.example", ben.email)
    EmailChange.objects.update(changed_at=timezone.now() - timedelta(days=7, minutes=1))
    assert client.post(reverse("email_undo", args=[token])).status_code == 410
    assert client.post(reverse("email_undo", args=["x\u0000".replace("\0", "%00")])).status_code == 410


def test_an_address_that_became_somebody_else_s_stays_theirs(ben, dora, client):
    token = EmailChange.note(ben, "ALT@12345.example", ben.email)
    dora.email = "alt@12345.example"
    dora.save()
    page = client.post(reverse("email_undo", args=[token]))
    assert page.status_code == 409 and "Dietz" not in page.content.decode()
    ben.refresh_from_db()
    assert ben.email == "ben@12345.example"


def test_the_newsletter_is_asked_anew_for_the_new_address(ben, ben_in):
    make.ConsentFactory(user=ben, confirmed_at=timezone.now())
    change(ben_in, "bernd@neu.example")
    old, new = ben.consents.order_by("asked_at")
    assert (old.end, old.email) == ("address", "ben@12345.example")
    assert new.email == "bernd@neu.example" and new.confirmed_at is None
    assert "/bestaetigen/" in link_to("bernd@neu.example", "/konto/newsletter/")
    assert not NewsletterConsent.objects.confirmed().exists()


def test_who_never_had_it_is_not_asked(ben, ben_in):
    change(ben_in, "bernd@neu.example")
    assert not NewsletterConsent.objects.exists()


def test_staff_link_an_address_and_both_are_told(ben, admin, as_):
    """Edge 18: only the person and the vendor can; sessions end, and links on the way die."""
    his, staff = as_(ben), as_(admin)
    Client().post(reverse("account_reset_password"), {"email": ben.email})
    run_jobs("mail_reset_link")
    reset = link_to(ben.email, "/password/reset/key/")
    mail.outbox.clear()
    url = reverse("admin:accounts_user_change", args=[ben.pk])
    names = ["salutation", "first_name", "last_name", "phone", "language"]
    form = {name: getattr(ben, name) for name in names} | {"username": ben.username, "is_active": "on"}
    assert staff.post(url, form | {"email": "neu@12345.example"}).status_code == 302
    assert sorted(message.to[0] for message in mail.outbox) == ["ben@12345.example", "neu@12345.example"]
    assert his.get("/kunde/12345/").status_code == 302
    assert "gilt nicht mehr" in Client().get(reset, follow=True).content.decode()
    mail.outbox.clear()
    staff.post(url, form | {"email": "neu@12345.example"})
    assert mail.outbox == [], "saving without a change tells nobody"
