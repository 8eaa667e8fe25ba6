"""A change of address that waits for its link dies with what shuts a stranger out; asked for afterwards it is alive."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.closing import close_logins
from accounts.models import EmailChange, User
from tests import factories as make
from tests.jobs import run_jobs

from ..threads import PATIENCE, beside, until, waits_for_a_lock

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http://localhost:8000(/\S+)")
NEW, PASSWORD = "dieb@fremd.example", "Ein-ganz-neuer-Satz-18"


def link_to(address, part=""):
    bodies = [message.body for message in mail.outbox if message.to == [address]]
    return [found for body in bodies for found in LINK.findall(body) if part in found][-1]


def logged_in(person, password=make.PASSWORD):
    client = Client()
    client.post(reverse("account_login"), {"login": person.email, "password": password})
    return client


@pytest.fixture
def ben_in(ben):
    EmailAddress.objects.create(user=ben, email=ben.email, verified=True, primary=True)
    return logged_in(ben)


def ask(client):
    client.post(reverse("account_email"), {"email": NEW, "action_add": ""})
    return link_to(NEW, "confirm-email")


def change_password(ben, staff):
    form = {"oldpassword": make.PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    assert logged_in(ben).post(reverse("account_change_password"), form).status_code == 302
    return PASSWORD


def reset(ben, staff):
    Client().post(reverse("account_reset_password"), {"email": ben.email})
    run_jobs("mail_reset_link")
    fresh = Client()
    page = fresh.get(link_to(ben.email, "/password/reset/key/"), follow=True)
    fresh.post(page.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    return PASSWORD


def end_others(ben, staff):
    logged_in(ben).post(reverse("session_end"), {"others": "1"})
    return make.PASSWORD


def unlink(ben, staff, email=""):
    form = {name: getattr(ben, name) for name in ["salutation", "first_name", "last_name", "phone", "language"]}
    form |= {"username": ben.username, "is_active": "on", "email": email}
    assert staff.post(reverse("admin:accounts_user_change", args=[ben.pk]), form).status_code == 302
    return None


def link_another(ben, staff):
    unlink(ben, staff, "ben.neu@12345.example")
    return make.PASSWORD


EVENTS = [change_password, reset, end_others, unlink, link_another]


@pytest.mark.parametrize("event", EVENTS)
def test_what_was_asked_for_before_is_dead(ben, ben_in, admin, as_, event):
    link = ask(ben_in)
    event(ben, as_(admin))
    before = User.objects.get(pk=ben.pk).email
    Client().get(link)
    Client().post(link)
    ben.refresh_from_db()
    assert ben.email == before != NEW
    assert not EmailChange.objects.waiting().exists() and not EmailAddress.objects.filter(email=NEW).exists()


@pytest.mark.parametrize("event", [change_password, reset, end_others, link_another])
def test_what_is_asked_for_afterwards_is_alive(ben, ben_in, admin, as_, event):
    password = event(ben, as_(admin))
    ben.refresh_from_db()
    Client().post(ask(logged_in(ben, password)))
    ben.refresh_from_db()
    assert ben.email == NEW


@pytest.mark.parametrize("event", [change_password, reset, end_others])
def test_a_second_link_does_not_bring_the_dead_one_back(ben, ben_in, admin, as_, event):
    dead = ask(ben_in)
    client = logged_in(ben, event(ben, as_(admin)))
    client.post(reverse("account_email"), {"email": "bernd@neu.example", "action_add": ""})
    Client().post(dead)
    ben.refresh_from_db()
    assert ben.email == "ben@12345.example"


@pytest.mark.django_db(transaction=True)
def test_a_link_opened_while_it_is_being_dropped_is_dead(ben, ben_in):
    """The other transaction has dropped it and is about to commit."""
    link = ask(ben_in)
    with transaction.atomic():
        close_logins(ben)
        opened = beside(lambda: Client().post(link).status_code)
        until(waits_for_a_lock)
    assert opened.result(PATIENCE) < 500
    ben.refresh_from_db()
    assert ben.email == "ben@12345.example" and not EmailAddress.objects.filter(email=NEW).exists()
