"""Somebody has taken over a login: what a change of address asks for, what it ends, and how the owner gets back in."""

import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Client as Program
from allauth.idp.oidc.models import Token
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import EmailChange, Session, User
from accounts.sessions import end_sessions
from tests import factories as make
from tests.factories import PASSWORD
from tests.jobs import run_jobs

from ..threads import at_once
from .test_addresses import link_to

pytestmark = pytest.mark.django_db
LOGIN, ADDRESS = reverse("account_login"), reverse("account_email")
START = "/kunde/12345/"
NEW = "dieb@fremd.example"
SENTENCE = "Ein-neuer-Satz-17"


def log_in(person, password=PASSWORD):
    client = Client()
    client.post(LOGIN, {"login": person.email, "password": password})
    return client


def ask(client, email=NEW):
    return client.post(ADDRESS, {"email": email, "action_add": ""})


def age(client, seconds):
    """The login of a session was so long ago."""
    session = client.session
    session["account_authentication_methods"] = [
        {**record, "at": time.time() - seconds} for record in session["account_authentication_methods"]
    ]
    session.save()


def token_of(person, kind="rt"):
    program, _new = Program.objects.get_or_create(id="homecase", name="HOMECASE")
    return Token.objects.create(user=person, client=program, type=kind, hash=f"{kind}-{person.pk}-{time.time()}")


@pytest.fixture
def ben(ben):
    EmailAddress.objects.create(user=ben, email=ben.email, verified=True, primary=True)
    return ben


# --- what the change asks for ---


@pytest.mark.parametrize("seconds, asks", [(0, False), (280, False), (320, True), (86000, True)])
def test_another_address_asks_for_proof_unless_the_login_is_fresh(ben, seconds, asks):
    """ASVS 7.5.1."""
    client = log_in(ben)
    age(client, seconds)
    answer = ask(client)
    assert ("reauthenticate" in answer["Location"]) == asks
    assert any(message.to == [NEW] for message in mail.outbox) != asks


def test_what_was_typed_is_done_after_the_proof(ben):
    client = log_in(ben)
    age(client, 3600)
    url = ask(client)["Location"]
    client.post(url, {"password": "falsch", "next": ADDRESS})
    assert not mail.outbox
    client.post(url, {"password": PASSWORD, "next": ADDRESS})
    assert link_to(NEW, "confirm-email")


@pytest.mark.parametrize("action", ["action_remove", "action_primary"])
def test_so_does_whatever_else_is_done_to_an_address(ben, action):
    client = log_in(ben)
    ask(client)
    age(client, 3600)
    assert "reauthenticate" in client.post(ADDRESS, {"email": NEW, action: ""})["Location"]
    assert ben.emailaddress_set.count() == 2


def test_when_it_takes_effect_other_sessions_and_programs_end(ben):
    asking, other, opening = log_in(ben), log_in(ben), log_in(ben)
    token_of(ben)
    ask(asking)
    assert other.get(START).status_code == 200 and Token.objects.exists(), "not before"
    opening.post(link_to(NEW, "confirm-email"))
    assert [client.get(START).status_code for client in (asking, opening, other)] == [200, 200, 302]
    assert not Token.objects.exists()


# --- what ends a change that is waiting ---


def reset(client, person):
    Client().post(reverse("account_reset_password"), {"email": person.email})
    run_jobs("mail_reset_link")
    fresh = Client()
    url = fresh.get(link_to(person.email, "/password/reset/key/"), follow=True).redirect_chain[-1][0]
    fresh.post(url, {"password1": SENTENCE, "password2": SENTENCE})


def change_password(client, person):
    form = {"oldpassword": PASSWORD, "password1": SENTENCE, "password2": SENTENCE}
    client.post(reverse("account_change_password"), form)


def end_others(client, person):
    client.post(reverse("session_end"), {"others": "1"})


def unlink(client, person):
    staff = Client()
    staff.force_login(make.UserFactory(is_staff=True, is_superuser=True), backend="accounts.backends.LoginNameBackend")
    url = reverse("admin:accounts_user_change", args=[person.pk])
    form = {name: getattr(person, name) for name in ("salutation", "first_name", "last_name", "phone", "language")}
    staff.post(url, form | {"username": person.username, "is_active": "on", "email": ""})


def staff_log_out(client, person):
    staff = Client()
    staff.force_login(make.UserFactory(is_staff=True, is_superuser=True), backend="accounts.backends.LoginNameBackend")
    action = {"action": "log_out", "_selected_action": [person.pk]}
    staff.post(reverse("admin:accounts_user_changelist"), action)


@pytest.mark.parametrize("end", [reset, change_password, end_others, unlink, staff_log_out])
def test_a_waiting_change_and_what_programs_hold_die_with_the_login(ben, end):
    thief, owner = log_in(ben), log_in(ben)
    token_of(ben), token_of(ben, "at")
    ask(thief)
    url = link_to(NEW, "confirm-email")
    end(owner, ben)
    Client().post(url)
    thief.post(url)
    ben.refresh_from_db()
    assert ben.email != NEW and not EmailAddress.objects.filter(email=NEW).exists()
    assert not EmailChange.objects.exists()
    assert not Token.objects.exists() and thief.get(START).status_code == 302


def test_ending_one_session_leaves_a_waiting_change_of_another(ben):
    asking, other = log_in(ben), log_in(ben)
    ask(asking)
    row = Session.objects.get(pk=other.session.session_key)
    asking.post(reverse("session_end"), {"session": row.public_id})
    Client().post(link_to(NEW, "confirm-email"))
    ben.refresh_from_db()
    assert ben.email == NEW


@pytest.mark.django_db(transaction=True)
def test_a_link_opened_while_the_password_is_changed_takes_nothing_back(ben):
    """allauth stores the whole person: with a row read before, the old password came back."""
    ask(log_in(ben))
    url = link_to(NEW, "confirm-email")

    def new_password():
        person = User.objects.get(pk=ben.pk)
        person.set_password(SENTENCE)
        person.save(update_fields=["password"])

    for _round in range(3):
        at_once(lambda: Client().post(url), new_password)
    ben.refresh_from_db()
    assert ben.check_password(SENTENCE)


# --- the old address takes it back ---


@pytest.fixture
def stolen(ben):
    """A thief with the password: sets up an app, sees recovery codes, asks for the address, confirms it."""
    thief = log_in(ben)
    TOTP.activate(ben, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(ben)
    program, _new = Program.objects.get_or_create(id="homecase", name="HOMECASE")
    ben.sign_on_consents.create(client=program, scopes="openid")
    ask(thief)
    thief.post(link_to(NEW, "confirm-email"))
    token_of(ben), token_of(ben, "at")
    ben.refresh_from_db()
    assert ben.email == NEW
    return thief


def test_the_owner_gets_in_the_whole_way(ben, stolen):
    mail.outbox[:] = [message for message in mail.outbox if message.to == ["ben@12345.example"]]
    url = link_to("ben@12345.example", "/konto/adresse/")
    mail.outbox.clear()
    assert "wieder hinterlegt" in Client().post(url).content.decode()
    assert stolen.get(START).status_code == 302 and not Token.objects.exists()
    assert not ben.sign_on_consents.exists()
    owner = Client()
    page = owner.get(link_to("ben@12345.example", "/password/reset/key/"), follow=True)
    owner.post(page.redirect_chain[-1][0], {"password1": SENTENCE, "password2": SENTENCE})
    answer = owner.post(LOGIN, {"login": "ben@12345.example", "password": SENTENCE})
    assert answer["Location"] == "/", "no second step with the thief's app"
    assert owner.get(START).status_code == 200


def test_the_owner_s_own_older_app_still_protects_the_login(ben, stolen):
    """ASVS 6.4.3: who only has the old mailbox does not get around the second factor."""
    app = Authenticator.objects.get(user=ben, type="totp")
    Authenticator.objects.filter(pk=app.pk).update(created_at=timezone.now() - timedelta(days=60))
    Client().post(link_to("ben@12345.example", "/konto/adresse/"))
    assert list(Authenticator.objects.filter(user=ben)) == [app], "the recovery codes, which the thief saw, are gone"
    owner = Client()
    page = owner.get(link_to("ben@12345.example", "/password/reset/key/"), follow=True)
    owner.post(page.redirect_chain[-1][0], {"password1": SENTENCE, "password2": SENTENCE})
    answer = owner.post(LOGIN, {"login": "ben@12345.example", "password": SENTENCE})
    assert answer["Location"] == reverse("mfa_authenticate")


def test_a_change_asked_for_again_and_again_is_as_old_as_the_first(ben):
    thief = log_in(ben)
    ask(thief, "eins@fremd.example")
    EmailChange.objects.update(asked_at=timezone.now() - timedelta(days=3))
    first = ben.email_changes.get().asked_at
    ask(thief, NEW)
    assert ben.email_changes.get().asked_at == first and ben.email_changes.get().new == NEW


def test_sessions_are_kept_by_the_id_that_pages_show(ben):
    client = log_in(ben)
    keep = Session.objects.get(pk=client.session.session_key).public_id
    log_in(ben)
    assert end_sessions(ben, but=[keep]) == 1 and client.get(START).status_code == 200
