"""Second factors: authenticator app, recovery codes, passkeys; for staff, and where a company asks for one."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def code_of(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def log_in(person, **more):
    """(client, answer) of somebody who has just typed the password."""
    client = Client()
    data = {"login": person.email, "password": PASSWORD, **more}
    return client, client.post(reverse("account_login"), data)


def confirm(client):
    """The password once more, as these pages ask for it."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def set_up_app(client):
    """The person's authenticator app, set up on the page as a person would."""
    confirm(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    return secret, client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})


@pytest.fixture
def with_app(olga):
    """(olga, secret): her app is set up already."""
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(olga, secret)
    return olga, secret


@pytest.mark.django_db(transaction=True)
def test_the_app_is_set_up_with_a_picture_drawn_on_the_server(olga):
    client, _answer = log_in(olga)
    assert "reauthenticate" in client.get(reverse("mfa_activate_totp"))["Location"], "the password is asked again"
    confirm(client)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    assert "data:image/svg+xml" in page and "Scannen Sie" in page
    set_up_app(client)
    assert Authenticator.objects.filter(user=olga, type="totp").exists()
    assert [message.subject for message in mail.outbox] == ["Ihr Konto: Authenticator-App eingerichtet"]


def test_a_wrong_code_is_said_beside_the_field(olga):
    client, _answer = log_in(olga)
    confirm(client)
    client.get(reverse("mfa_activate_totp"))
    page = client.post(reverse("mfa_activate_totp"), {"code": "000000"}).content.decode()
    assert "Dieser Code stimmt nicht" in page and not Authenticator.objects.exists()


def test_the_password_alone_no_longer_opens_anything(with_app):
    person, secret = with_app
    client, answer = log_in(person)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert client.get("/kunde/12345/").status_code == 302
    page = client.get(reverse("mfa_authenticate")).content.decode()
    assert "Noch ein Schritt" in page
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert client.get("/kunde/12345/").status_code == 302
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert client.get("/kunde/12345/").status_code == 200


def test_a_code_counts_once(with_app):
    person, secret = with_app
    code = code_of(secret)
    for opened in (200, 302):
        client, _answer = log_in(person)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert client.get("/kunde/12345/").status_code == opened


def test_recovery_codes_are_shown_once_downloaded_and_count_once(olga):
    client, _answer = log_in(olga)
    set_up_app(client)
    client.post(reverse("mfa_generate_recovery_codes"))
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    codes = re.findall(r"<li><code>([^<]+)</code></li>", page)
    if not codes:
        # Setting up the app has made the first ones, and shown them then.
        codes = olga.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()
    assert len(codes) == 10
    assert codes[0] not in client.get(reverse("mfa_view_recovery_codes")).content.decode()
    for opened in (200, 302):
        other, _answer = log_in(olga)
        other.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert other.get("/kunde/12345/").status_code == opened


def test_removing_the_app_asks_for_proof_again_and_is_mailed(with_app, as_):
    person, secret = with_app
    stale = as_(person)
    assert "reauthenticate" in stale.get(reverse("mfa_deactivate_totp"))["Location"]
    assert "reauthenticate" in stale.post(reverse("mfa_deactivate_totp"))["Location"]
    assert Authenticator.objects.filter(user=person).exists()
    client, _answer = log_in(person)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    confirm(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=person, type="totp").exists()
    assert any("entfernt" in message.subject and message.to == [person.email] for message in mail.outbox)


# --- Staff ---


def test_staff_without_a_second_factor_do_not_get_into_the_admin(settings, admin, as_):
    """ASVS 6.3.3."""
    client = as_(admin)
    assert client.get("/admin/").status_code == 200, "the demo lets them look around"
    settings.STAFF_NEED_SECOND_FACTOR = True
    for path in ("/admin/", "/admin/accounts/company/", "/admin/nowhere/"):
        assert client.get(path)["Location"] == reverse("mfa_index")
    assert client.post("/admin/accounts/company/add/", {"number": "1"}).status_code == 302
    assert client.get(reverse("mfa_index")).status_code == 200
    TOTP.activate(admin, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    assert client.get("/admin/").status_code == 200


def test_production_asks_it_of_staff(settings):
    assert settings.DEMO or settings.DEBUG or settings.STAFF_NEED_SECOND_FACTOR


# --- A company asks for it ---


def rule(client, needed):
    return client.post("/kunde/12345/konto/zweiter-faktor/", {"needed": needed}, follow=True)


def test_a_holder_first_needs_one_themselves(acme, olga, as_):
    assert "sich nicht aussperren" in rule(as_(olga), "1").content.decode()
    acme.refresh_from_db()
    assert not acme.needs_second_factor


def test_everybody_is_led_to_set_one_up(acme, with_app, ben, as_):
    olga, _secret = with_app
    rule(as_(olga), "1")
    assert [message.to for message in mail.outbox if "zweiten Faktor" in message.subject] == [[ben.email]]
    client, _answer = log_in(ben)
    for path in ("", "konto/", "bestellungen/", "zugaenge/"):
        page = client.get(f"/kunde/12345/{path}")
        assert page.status_code == 403 and reverse("mfa_index") in page.content.decode()
    set_up_app(client)
    assert client.get("/kunde/12345/bestellungen/").status_code == 200
    assert client.get("/kunde/12345/zugaenge/").status_code == 403, "and no more than before"


def test_recovery_codes_alone_are_no_second_factor(acme, ben, as_):
    Authenticator.objects.create(user=ben, type="recovery_codes", data={})
    type(acme).objects.update(needs_second_factor=True)
    assert as_(ben).get("/kunde/12345/").status_code == 403


def test_a_deputy_does_not_change_the_rule(acme, deniz, as_):
    assert rule(as_(deniz), "1").status_code == 403


def test_another_company_is_not_concerned(acme, elsewhere, mallory, as_):
    type(acme).objects.filter(pk=acme.pk).update(needs_second_factor=True)
    assert as_(mallory).get("/kunde/66666/").status_code == 200
