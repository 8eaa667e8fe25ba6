"""Slowed down by account and by address, counted in PostgreSQL so that all servers count together; and passwords."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.models import Invitation
from tests.factories import PASSWORD
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db
LOGIN, RESET = reverse("account_login"), reverse("account_reset_password")


def wrong(name, ip="198.51.100.7", **headers):
    """A wrong try from a fresh browser at an address in the network."""
    return Client(REMOTE_ADDR=ip, headers=headers).post(LOGIN, {"login": name, "password": "falsch"})


def right(person, ip):
    return Client(REMOTE_ADDR=ip).post(LOGIN, {"login": person.email, "password": PASSWORD})


def test_limits_count_in_the_database(ben):
    """So a second server, or a second process, counts on from where the first one is."""

    def entries():
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from portal_remembered")
            return cursor.fetchone()[0]

    before = entries()
    wrong(ben.email)
    assert entries() > before


def test_an_account_is_slowed_down_from_everywhere_and_only_that_account(ben, dora):
    for number in range(6):
        wrong(ben.email, ip=f"198.51.100.{number}")
    assert "Zu viele Versuche" in right(ben, "203.0.113.1").content.decode()
    assert right(dora, "198.51.100.1").status_code == 302


def test_an_address_in_the_network_is_slowed_down_whatever_it_tries(db, ben):
    """ASVS 6.3.1: twenty tries a minute, over any names."""
    for number in range(21):
        wrong(f"niemand{number}@x.example", ip="198.51.100.9")
    assert right(ben, "198.51.100.9").status_code != 302
    assert right(ben, "203.0.113.2").status_code == 302


def test_a_header_that_a_client_sends_changes_nothing(ben):
    """ASVS 15.3.4: X-Forwarded-For counts only behind our own proxies."""
    for number in range(21):
        wrong(f"niemand{number}@x.example", **{"X-Forwarded-For": f"203.0.113.{number}"})
    assert right(ben, "198.51.100.7").status_code != 302


def test_staff_s_own_login_has_the_same_limits(admin, client):
    """ASVS 6.1.3: the administration has no door of its own."""
    answer = client.get(reverse("admin:index"), follow=True)
    assert answer.redirect_chain[-1][0].startswith(LOGIN)
    answer = client.get(reverse("admin:login"), follow=True)
    assert answer.redirect_chain[-1][0].startswith(LOGIN)


@pytest.mark.parametrize("spelling", [["DOMUS_12345"] * 6, ["DOMUS_12345", "domus-12345", "12345", " 12345 "] * 2])
def test_forgotten_password_mails_at_most_five_times(olga, spelling):
    for number, name in enumerate(spelling):
        Client(REMOTE_ADDR=f"198.51.100.{number}").post(RESET, {"email": name})
    run_jobs("mail_reset_link")
    assert len(mail.outbox) == 5


def test_a_confirmation_is_mailed_once_in_three_minutes(ben, as_):
    EmailAddress.objects.create(user=ben, email=ben.email, verified=True, primary=True)
    client = Client()
    client.post(LOGIN, {"login": ben.email, "password": PASSWORD})
    for _again in range(3):
        client.post(reverse("account_email"), {"email": "neu@x.example", "action_add": ""})
    assert len([message for message in mail.outbox if message.to == ["neu@x.example"]]) == 1


def test_invitations_have_a_pace_by_company_and_by_person(olga, nils, as_, settings):
    resend = reverse("invitation_resend", args=["12345", nils.at["12345"].pk])
    nils.at["12345"].created_at = timezone.now()
    for _press in range(7):
        Invitation.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
        page = as_(olga).post(resend, follow=True).content.decode()
    assert len(mail.outbox) == 5 and "bis morgen" in page
    settings.ACCESS = {**settings.ACCESS, "invitations_a_day": 5}
    person = {"email": "neu@12345.example", "first_name": "Neu", "last_name": "Neumann", "rights": ["use_shop"]}
    page = as_(olga).post(reverse("invitation_create", args=["12345"]), person).content.decode()
    assert "keine weiteren Einladungen" in page and "neu@12345.example" in page and len(mail.outbox) == 5


@pytest.mark.parametrize("name", ["invitation_accept", "email_undo"])
def test_guessing_links_is_slowed_down(db, name):
    tries = [Client().get(reverse(name, args=[f"falsch-{number}"])).status_code for number in range(22)]
    assert tries[0] in {404, 410} and tries[-1] == 429


# --- passwords ---


@pytest.fixture
def change(ben):
    client = Client()
    client.post(LOGIN, {"login": ben.email, "password": PASSWORD})

    def change(new, again=None):
        form = {"oldpassword": PASSWORD, "password1": new, "password2": again or new}
        return client.post(reverse("account_change_password"), form)

    return change


@pytest.mark.parametrize(
    "password, why",
    [
        ("elf-zeichen", "mindestens 12"),
        ("password1234", "zu üblich"),
        ("1q2w3e4r5t6y", "zu üblich"),
        ("ben@12345.example", "ähnlich"),
        ("DOMUS4000domus", "fast nur aus Namen von uns"),
        ("Kundenportal-2026", "fast nur aus Namen von uns"),
    ],
)
def test_weak_passwords_are_refused_with_the_reason(change, password, why):
    page = change(password)
    assert page.status_code == 200 and why in page.content.decode()


@pytest.mark.parametrize("password", ["ganz einfach zwölf", "ü" * 12 + "🔑 und mehr", "lang " * 25 + "xyz"])
def test_length_is_what_counts_up_to_128_and_more(change, ben, password):
    """Edge 24: blanks, umlauts and any sign; nothing is cut."""
    assert change(password).status_code == 302
    ben.refresh_from_db()
    assert ben.check_password(password) and not ben.check_password(password[:-1])


def test_passwords_are_kept_with_argon2(settings):
    from portal import settings as own

    settings.PASSWORD_HASHERS = own.PASSWORD_HASHERS
    assert make_password("ganz einfach zwölf").startswith("argon2$argon2id$")
