"""How people come in: invited, by mail, with a link that works once."""

import datetime as dt
import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone

from access.models import Invitation, Membership
from access.rights import Right
from accounts.models import Company, User
from tests import factories as make

PAGE = "/kunde/12345/zugaenge/"
ADD = f"{PAGE}nutzer-hinzufuegen/"
NEW = "Ein-langer-Satz-17"
pytestmark = pytest.mark.django_db


def invite(client, email="ina@partner.example", **more):
    data = {"first_name": "Ina", "last_name": "Imhof", "email": email, "rights": ["use_shop"], **more}
    return client.post(ADD, data)


def link(message):
    return re.search(r"http://localhost:8000(/einladung/\S+)", message.body).group(1)


def invited(client, **more):
    """The link of a fresh invitation."""
    assert invite(client, **more).status_code == 302
    return link(mail.outbox[-1])


def test_an_invited_person_sets_a_password_and_is_in(olga, as_, client):
    url = invited(as_(olga), rights=["use_shop", "use_downloads"], ends_on="2099-12-31", order_limit="1.500,00")
    assert client.get(url).status_code == 200
    page = client.post(url, {"password": NEW}, follow=True)
    assert page.redirect_chain[-1][0] == "/kunde/12345/"
    membership = Membership.objects.get(user__email="ina@partner.example")
    assert membership.state == "active" and membership.granted == {Right.SHOP, Right.DOWNLOADS}
    assert membership.order_limit == 1500 and membership.ends_on == dt.date(2099, 12, 31)
    assert EmailAddress.objects.get(user=membership.user).verified
    assert EmailAddress.objects.get(user=membership.user).primary
    assert client.get(url).status_code == 410, "the link is dead after use"


def test_whose_address_was_taken_off_meanwhile_gets_in_all_the_same(olga, as_, client):
    url = invited(as_(olga))
    User.objects.filter(email="ina@partner.example").update(email=None)
    page = client.post(url, {"password": NEW}, follow=True)
    assert page.redirect_chain[-1][0] == "/kunde/12345/"
    assert not EmailAddress.objects.filter(email="ina@partner.example").exists(), "nothing is confirmed"


def test_the_mail_says_who_for_whom_with_what_and_where_the_data_came_from(olga, as_):
    """Art. 14 DSGVO."""
    invite(as_(olga))
    (message,) = mail.outbox
    assert message.to == ["ina@partner.example"]
    for words in ("Olga Oswald", "Hausverwaltung Sonnenhof", "12345", "Shop & Bestellungen", "Art. 14"):
        assert words in message.body


def test_opening_the_link_consumes_nothing_and_tells_nobody_else(olga, as_, client):
    url = invited(as_(olga))
    for _visit in range(3):
        page = client.get(url)
    assert page.status_code == 200 and "_auth_user_id" not in client.session
    assert page["Referrer-Policy"] in {"no-referrer", "strict-origin"}, "the token travels nowhere"
    assert "no-store" in page["Cache-Control"]
    assert Invitation.objects.get().used_at is None


@pytest.mark.parametrize("password", ["short", "password1234", "ina@partner.example", ""])
def test_a_weak_password_is_refused_beside_the_field(olga, as_, client, password):
    url = invited(as_(olga))
    page = client.post(url, {"password": password})
    assert page.status_code == 200 and 'id="id_password_error"' in page.content.decode()
    assert Invitation.objects.get().used_at is None


def test_the_token_is_not_stored(olga, as_):
    url = invited(as_(olga))
    token = url.rstrip("/").rsplit("/", 1)[-1]
    assert token not in Invitation.objects.get().token_hash


# --- Somebody who has an account ---


def test_who_has_an_account_confirms_after_logging_in(olga, mallory, as_, client):
    url = invited(as_(olga), email="MALLORY@66666.example")
    page = client.get(url)
    assert page.status_code == 302 and page["Location"] == f"/anmeldung/login/?next={url}"
    page = client.post(page["Location"], {"login": mallory.email, "password": make.PASSWORD, "next": url}, follow=True)
    assert "Hausverwaltung Sonnenhof" in page.content.decode()
    assert Membership.objects.get(user=mallory, company__number="12345").state == "invited", "asked first"
    client.post(url)
    assert Membership.objects.get(user=mallory, company__number="12345").state == "active"
    assert User.objects.filter(email__iexact=mallory.email).count() == 1


def test_an_invitation_does_not_show_whose_account_an_address_is(olga, mallory, as_):
    client = as_(olga)
    invite(client, email=mallory.email)
    html = client.get(PAGE).content.decode()
    assert "Ina Imhof" in html and "Mallory" not in html
    mallory.refresh_from_db()
    assert mallory.first_name == "Mallory"


def test_logged_in_as_somebody_else_is_asked_to_switch(olga, ben, as_):
    """Edge 11."""
    url = invited(as_(olga))
    client = as_(ben)
    page = client.get(url).content.decode()
    assert "Ben Bauer" in page
    client.post(url, {"password": NEW})
    assert client.session["_auth_user_id"] == str(ben.pk), "a plain post does not accept for Ben, nor log him out"
    assert Invitation.objects.get().used_at is None
    client.post(url, {"switch": "1"})
    assert "_auth_user_id" not in client.session
    assert client.post(url, {"password": NEW}).status_code == 302


@pytest.mark.parametrize(
    "email, words",
    [("ben@12345.example", "schon"), ("BEN@12345.EXAMPLE", "schon"), ("nils@12345.example", "bereits eingeladen")],
)
def test_who_is_there_already_is_an_error_beside_the_field(olga, ben, nils, as_, email, words):
    """Edge 41: other letter case."""
    page = invite(as_(olga), email=email)
    assert page.status_code == 200
    error = re.search(r'id="id_email_error".*?</ul>', page.content.decode(), re.S).group(0)
    assert words in error
    assert mail.outbox == []


def test_staff_and_disabled_accounts_are_not_invited(olga, admin, mallory, as_):
    User.objects.filter(pk=mallory.pk).update(is_active=False)
    for person in (admin, mallory):
        assert invite(as_(olga), email=person.email).status_code == 200
    assert not Membership.objects.filter(user__in=[admin, mallory], company__number="12345").exists()
    assert mail.outbox == []


# --- Links that are dead ---


def test_a_link_is_dead_after_seven_days(olga, as_, client):
    """Edge 41."""
    url = invited(as_(olga))
    invitation = Invitation.objects.get()
    assert invitation.expires_at - invitation.sent_at == dt.timedelta(days=7)
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    for page in (client.get(url), client.post(url, {"password": NEW})):
        assert page.status_code == 410 and "Olga Oswald" in page.content.decode()
    assert Membership.objects.get(user__email="ina@partner.example").state == "invited"


def test_an_unknown_link_says_what_to_do(db, client):
    page = client.get("/einladung/unknown/")
    assert page.status_code == 404 and "eingeladen" in page.content.decode()


def test_sent_again_the_first_link_is_dead(olga, as_, client):
    first = invited(as_(olga))
    Invitation.objects.update(sent_at=timezone.now() - dt.timedelta(minutes=5))
    pk = Membership.objects.get(user__email="ina@partner.example").pk
    as_(olga).post(f"{PAGE}{pk}/erneut-einladen/")
    second = link(mail.outbox[-1])
    assert client.get(first).status_code == 410 and client.get(second).status_code == 200


def test_two_presses_send_one_mail(olga, as_):
    invite(as_(olga))
    pk = Membership.objects.get(user__email="ina@partner.example").pk
    as_(olga).post(f"{PAGE}{pk}/erneut-einladen/")
    assert len(mail.outbox) == 1


def test_withdrawn_the_link_is_dead_and_the_account_forgotten(olga, as_, client):
    """Edge 41 and Art. 17 DSGVO."""
    url = invited(as_(olga))
    pk = Membership.objects.get(user__email="ina@partner.example").pk
    as_(olga).post(f"{PAGE}{pk}/entfernen/")
    assert client.get(url).status_code == 404
    assert not User.objects.filter(email="ina@partner.example").exists()
    assert len(mail.outbox) == 1, "who was never in is not told of an end"


def test_withdrawing_leaves_an_existing_account_alone(olga, mallory, as_):
    invite(as_(olga), email=mallory.email)
    as_(olga).post(f"{PAGE}{Membership.objects.get(user=mallory, company__number='12345').pk}/entfernen/")
    assert User.objects.filter(pk=mallory.pk).exists()


def test_invitations_of_somebody_removed_die_with_their_access(olga, deniz, as_, client):
    """Edge 43."""
    url = invited(as_(deniz))
    as_(olga).post(f"{PAGE}{Membership.objects.get(user=deniz).pk}/entfernen/")
    assert client.get(url).status_code == 410
    assert "Ina Imhof" in as_(olga).get(PAGE).content.decode(), "she can be sent a new one"


def test_rights_changed_while_pending_are_those_that_count(olga, as_, client):
    """Edge 41."""
    url = invited(as_(olga))
    membership = Membership.objects.get(user__email="ina@partner.example")
    membership.rights.all().delete()
    client.post(url, {"password": NEW})
    membership.forget_granted()
    assert membership.granted == set()


def test_a_blocked_company_lets_nobody_in(olga, as_, client):
    url = invited(as_(olga))
    Company.objects.update(is_blocked=True)
    assert client.post(url, {"password": NEW}).status_code == 403
    assert Invitation.objects.get().used_at is None


# --- What may be given ---


def test_a_deputy_invites_with_what_they_hold(deniz, as_):
    """Edge 37."""
    page = as_(deniz).get(ADD).content.decode()
    assert 'value="use_shop"' in page and 'value="manage_access"' not in page
    assert invite(as_(deniz), rights=["manage_access"]).status_code == 200
    assert not User.objects.filter(email="ina@partner.example").exists()


def test_the_recommendation_is_confirmed_when_inviting(olga, as_):
    page = invite(as_(olga), rights=["use_contracts"])
    assert page.status_code == 200 and 'name="advice_read"' in page.content.decode()
    assert invite(as_(olga), rights=["use_contracts"], advice_read="on").status_code == 302


def test_nobody_new_at_a_company_whose_contract_has_ended(olga, as_):
    """Edge 46."""
    Company.objects.update(ended_on=dt.date(2020, 1, 1))
    assert invite(as_(olga)).status_code == 200
    assert not User.objects.filter(email="ina@partner.example").exists()


@pytest.mark.parametrize(
    "typed, amount",
    [
        ("1500", 1500),
        ("1.500", 1500),
        ("1.500,00", 1500),
        ("1,500.00", 1500),
        ("99,5", 99.5),
        ("0", 0),
        ("1.000.000", 1000000),
    ],
)
def test_an_amount_is_read_as_it_is_meant(olga, as_, typed, amount):
    assert invite(as_(olga), order_limit=typed).status_code == 302
    assert Membership.objects.get(user__email="ina@partner.example").order_limit == amount


@pytest.mark.parametrize(
    "field, typed",
    [
        ("order_limit", "-1"),
        ("order_limit", "viel"),
        ("ends_on", "2020-01-01"),
        ("ends_on", "bald"),
        ("email", "keine"),
        ("first_name", ""),
        ("last_name", "x" * 151),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(olga, as_, field, typed):
    page = invite(as_(olga), **{field: typed}) if field != "email" else invite(as_(olga), email=typed)
    assert page.status_code == 200 and f'id="id_{field}_error"' in page.content.decode()


def test_a_name_of_two_lines_is_refused_beside_its_field(olga, as_):
    page = invite(as_(olga), first_name="Ina\r\nBcc: all@firma.example").content.decode()
    assert mail.outbox == [] and 'id="id_first_name_error"' in page and "nach „Ina“ heraus" in page
    assert "Bcc: all@firma.example" in page, "what was typed is kept"
