"""The portal as OpenID provider: a client of somebody else's making (authlib) runs the whole flow."""

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.idp.oidc.models import Client, Token
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from django.test import Client as Browser
from django.urls import reverse

from access.acting import Actor
from access.ending import remove
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
BACK = "https://homecase.example/callback"
SCOPE = "openid profile email companies"


@pytest.fixture
def homecase(db):
    client = Client(id="homecase", name="HOMECASE", skip_consent=True, redirect_uris=BACK)
    client.set_scopes(SCOPE.split())
    client.set_grant_types(["authorization_code", "refresh_token"])
    client.set_secret("geheim")
    client.save()
    return client


@pytest.fixture
def provider(live_server, settings):
    settings.PORTAL_URL = live_server.url
    return OAuth2Session("homecase", "geheim", scope=SCOPE, redirect_uri=BACK, code_challenge_method="S256")


def discovered(provider, live_server):
    return provider.get(f"{live_server.url}/.well-known/openid-configuration", withhold_token=True).json()


def begin(provider, about, **more):
    """(path to open in a browser, state, verifier)."""
    verifier = generate_token(48)
    url, state = provider.create_authorization_url(
        about["authorization_endpoint"], code_verifier=verifier, nonce="n-1", **more
    )
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}", state, verifier


def logged_in(person):
    browser = Browser()
    browser.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return browser


def consent(browser, page):
    """Press "Weiter" on the page that asks."""
    form = page.context["form"]
    data = {"request": form.initial["request"], "scopes": form.fields["scopes"].initial, "action": "grant"}
    return browser.post("/identity/o/authorize", data)


def test_the_whole_flow(provider, homecase, live_server, ben, acme):
    about = discovered(provider, live_server)
    assert about["issuer"] == live_server.url and about["code_challenge_methods_supported"] == ["S256"]
    assert "companies" in about["scopes_supported"] and "device_authorization_endpoint" not in about
    path, state, verifier = begin(provider, about)

    browser = Browser()
    assert browser.get(path)["Location"].startswith(reverse("account_login")), "who is not logged in is asked to"
    browser = logged_in(ben)
    asked = browser.get(path)
    assert (
        "HOMECASE möchte Sie" in asked.content.decode() and "die Firmen, für die Sie arbeiten" in asked.content.decode()
    )
    assert "https://homecase.example" in asked["Content-Security-Policy"], "the redirect after the form may leave"
    back = consent(browser, asked)["Location"]
    assert back.startswith(BACK) and parse_qs(urlsplit(back).query)["state"] == [state]

    token = provider.fetch_token(about["token_endpoint"], authorization_response=back, code_verifier=verifier)
    keys = JsonWebKey.import_key_set(provider.get(about["jwks_uri"], withhold_token=True).json())
    said = JsonWebToken(["RS256"]).decode(token["id_token"], keys)
    assert (said["iss"], said["aud"], said["nonce"]) == (live_server.url, "homecase", "n-1")
    assert said["sub"] == ben.username and "@" not in said["sub"]
    known = provider.get(about["userinfo_endpoint"]).json()
    assert known["name"] == "Ben Bauer" and known["email"] == ben.email and known["locale"] == "de"
    assert known["companies"] == [{"number": "12345", "name": acme.name, "is_holder": False, "rights": ["use_shop"]}]
    assert PASSWORD not in json.dumps(known)

    again = provider.post(
        about["token_endpoint"],
        data={"grant_type": "authorization_code", "code": parse_qs(urlsplit(back).query)["code"][0],
              "redirect_uri": BACK, "code_verifier": verifier},
        auth=("homecase", "geheim"), withhold_token=True,
    )  # fmt: skip
    assert again.status_code == 400, "a code works once"


def flow(provider, about, browser):
    """Log in at HOMECASE; returns the token."""
    path, _state, verifier = begin(provider, about)
    answer = browser.get(path)
    back = answer["Location"] if answer.status_code == 302 else consent(browser, answer)["Location"]
    return provider.fetch_token(about["token_endpoint"], authorization_response=back, code_verifier=verifier)


def test_consent_is_remembered_until_it_is_taken_back(provider, homecase, live_server, ben):
    about, browser = discovered(provider, live_server), logged_in(ben)
    flow(provider, about, browser)
    path, *_ = begin(provider, about)
    assert browser.get(path).status_code == 302, "asked once"
    silent, *_ = begin(provider, about, prompt="none")
    assert "code=" in browser.get(silent)["Location"]
    page = browser.get("/konto/programme/").content.decode()
    assert "HOMECASE" in page
    browser.post(f"/konto/programme/{ben.sign_on_consents.get().pk}/beenden/")
    assert provider.get(about["userinfo_endpoint"]).status_code == 401
    assert browser.get(path).status_code == 200, "asks again"
    assert "consent_required" in browser.get(silent)["Location"]


def test_rights_are_those_of_the_moment_and_end_with_the_access(provider, homecase, live_server, ben, olga):
    """Edge 43."""
    about = discovered(provider, live_server)
    flow(provider, about, logged_in(ben))
    ben.at["12345"].rights.all().delete()
    assert provider.get(about["userinfo_endpoint"]).json()["companies"][0]["rights"] == []
    remove(Actor.member(olga.at["12345"]), ben.at["12345"])
    assert provider.get(about["userinfo_endpoint"]).status_code == 401
    assert not Token.objects.filter(user=ben).exists()


def test_a_company_that_asks_for_a_second_factor_is_not_told_without_one(provider, homecase, live_server, ben, acme):
    about = discovered(provider, live_server)
    acme.needs_second_factor = True
    acme.save()
    flow(provider, about, logged_in(ben))
    assert provider.get(about["userinfo_endpoint"]).json()["companies"] == []


def test_who_works_for_no_company_signs_in_nowhere(provider, homecase, live_server, ben):
    about, browser = discovered(provider, live_server), logged_in(ben)
    ben.memberships.update(suspended_at="2026-01-01T00:00Z")
    path, *_ = begin(provider, about)
    assert browser.get(path).status_code == 403


@pytest.mark.parametrize(
    "change, answer",
    [
        ({"code_challenge": None}, "error=invalid_request"),
        ({"code_challenge_method": "plain"}, "error=invalid_request"),
        ({"scope": "openid admin"}, "error=invalid_scope"),
        ({"redirect_uri": "https://evil.example/"}, 400),
        ({"client_id": "unbekannt"}, 400),
    ],
)
def test_wrong_questions_get_no_code(provider, homecase, ben, change, answer):
    challenge = create_s256_code_challenge("x" * 48)
    query = {"response_type": "code", "client_id": "homecase", "redirect_uri": BACK, "scope": "openid", "state": "s",
             "code_challenge": challenge, "code_challenge_method": "S256"}  # fmt: skip
    query = {name: value for name, value in (query | change).items() if value}
    got = logged_in(ben).get("/identity/o/authorize", query)
    if answer == 400:
        assert (
            got.status_code == 400
            and "Location" not in got
            and "Das Anmelden hat nicht geklappt" in got.content.decode()
        )
    else:
        assert got.status_code == 302 and answer in got["Location"] and "code=" not in got["Location"]


def test_leaving_a_program_asks_whether_to_leave_the_portal_too(homecase, ben):
    browser = logged_in(ben)
    page = browser.get("/identity/o/logout")
    assert "Auch vom Portal abmelden?" in page.content.decode()
    form = {"csrfmiddlewaretoken": page.context["csrf_token"]}
    for answer in ({"action": "logout"}, form | {"action": "stay"}):
        browser.post("/identity/o/logout", answer)
        assert browser.get("/kunde/12345/").status_code == 200, "not by another site's form, not when it shall stay"
    browser.post("/identity/o/logout", form | {"action": "logout"})
    assert browser.get("/kunde/12345/").status_code == 302


def test_staff_register_a_program_and_see_its_secret_once(admin, as_):
    staff = as_(admin)
    form = {"id": "neu", "name": "Neues Programm", "scopes": "openid", "type": "confidential",
            "grant_types": "authorization_code", "response_types": "code", "redirect_uris": BACK}  # fmt: skip
    page = staff.post("/admin/allauth_idp_oidc/client/add/", form, follow=True).content.decode()
    client = Client.objects.get(id="neu")
    secret = re.search(r'type="text" value="([^"]+)"', page).group(1)
    assert client.check_secret(unescape(secret)) and secret not in client.secret
    assert secret not in staff.get("/admin/allauth_idp_oidc/client/neu/change/").content.decode()
