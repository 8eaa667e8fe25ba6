"""Signing in elsewhere ends with the login; programs may ask for fresh proof, and learn when a login has ended."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.idp.oidc.models import Token
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from authlib.jose import JsonWebKey, JsonWebToken
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from access.acting import Actor
from access.ending import remove
from accounts import backchannel
from accounts.closing import close_logins
from accounts.models import Session
from accounts.sso import end_sign_on
from accounts.tasks import tell_program
from tests.factories import PASSWORD
from tests.jobs import run_jobs

from ..threads import at_once
from .test_sso import BACK, SCOPE, begin, consent, discovered, flow, homecase, logged_in, provider  # noqa: F401
from .test_takeover import age

pytestmark = pytest.mark.django_db(transaction=True)
AGAIN = reverse("account_reauthenticate")
SENTENCE = "Ein-neuer-Satz-17"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def about(provider, homecase, live_server):  # noqa: F811
    return discovered(provider, live_server)


def works(provider, about):  # noqa: F811
    """(whether the access token, whether the refresh token still works)."""
    access = provider.get(about["userinfo_endpoint"]).status_code == 200
    data = {"grant_type": "refresh_token", "refresh_token": provider.token["refresh_token"]}
    again = provider.post(about["token_endpoint"], data=data, auth=("homecase", "geheim"), withhold_token=True)
    return access, again.status_code == 200


def id_token(provider, about):  # noqa: F811
    keys = JsonWebKey.import_key_set(provider.get(about["jwks_uri"], withhold_token=True).json())
    return JsonWebToken(["RS256"]).decode(provider.token["id_token"], keys)


def change_password(browser, person):
    form = {"oldpassword": PASSWORD, "password1": SENTENCE, "password2": SENTENCE}
    assert browser.post(reverse("account_change_password"), form).status_code == 302


def end_others(browser, person):
    Browser().get("/")
    logged_in(person).post(reverse("session_end"), {"others": "1"})


def end_this_one(browser, person):
    row = Session.objects.get(pk=browser.session.session_key)
    logged_in(person).post(reverse("session_end"), {"session": row.public_id})


def log_out(browser, person):
    browser.post(reverse("account_logout"))


def drop_factor(browser, person):
    browser.post(AGAIN, {"password": PASSWORD})
    browser.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=person).exists()


def blocked(browser, person):
    person.at["12345"].company.__class__.objects.update(is_blocked=True)


# --- tokens end with the login ---


@pytest.mark.parametrize("end", [change_password, end_others, end_this_one, log_out, blocked])
def test_what_programs_hold_ends_with_the_login(provider, about, ben, end):  # noqa: F811
    browser = logged_in(ben)
    flow(provider, about, browser)
    assert works(provider, about) == (True, True)
    flow(provider, about, browser)
    end(browser, ben)
    assert works(provider, about) == (False, False)


def test_it_ends_with_a_factor_that_is_taken_away(provider, about, ben):  # noqa: F811
    browser = logged_in(ben)
    flow(provider, about, browser)
    TOTP.activate(ben, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    drop_factor(browser, ben)
    assert works(provider, about) == (False, False)


def test_one_session_s_end_leaves_what_another_gave(provider, about, ben):  # noqa: F811
    first, second = logged_in(ben), logged_in(ben)
    flow(provider, about, first)
    log_out(second, ben)
    assert works(provider, about) == (True, True)


def test_a_code_does_not_outlive_its_login(provider, about, ben):  # noqa: F811
    """A code fetched a moment before the password is changed would have given tokens a moment after."""
    browser = logged_in(ben)
    path, _state, verifier = begin(provider, about)
    back = consent(browser, browser.get(path))["Location"]
    close_logins(ben)
    answer = exchange(provider, about, back, verifier)
    assert answer.status_code == 400 and not Token.objects.exists()


def exchange(provider, about, back, verifier):  # noqa: F811
    code = parse_qs(urlsplit(back).query)["code"][0]
    data = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": verifier}
    return provider.post(about["token_endpoint"], data=data, auth=("homecase", "geheim"), withhold_token=True)


def test_a_code_used_twice_ends_what_it_gave_and_nothing_else(provider, about, ben):  # noqa: F811
    """RFC 6749, section 4.1.2; also what was renewed since."""
    browser = logged_in(ben)
    flow(provider, about, browser)
    other = dict(provider.token)
    path, _state, verifier = begin(provider, about)
    back = browser.get(path)["Location"]
    provider.token = exchange(provider, about, back, verifier).json()
    data = {"grant_type": "refresh_token", "refresh_token": provider.token["refresh_token"]}
    provider.token = provider.post(
        about["token_endpoint"], data=data, auth=("homecase", "geheim"), withhold_token=True
    ).json()
    assert works(provider, about)[0]
    assert exchange(provider, about, back, verifier).status_code == 400
    assert works(provider, about) == (False, False)
    provider.token = other
    assert works(provider, about) == (True, True)


def test_of_two_that_use_a_code_at_once_at_most_one_gets_tokens(provider, about, ben):  # noqa: F811
    browser = logged_in(ben)
    path, _state, verifier = begin(provider, about)
    back = consent(browser, browser.get(path))["Location"]
    code = parse_qs(urlsplit(back).query)["code"][0]
    data = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": verifier,
            "client_id": "homecase", "client_secret": "geheim"}  # fmt: skip

    got = at_once(*[lambda: Browser().post(urlsplit(about["token_endpoint"]).path, data).status_code] * 4)
    assert got.count(200) <= 1 and Token.objects.count() <= 2


# --- who may, and where to ---


def test_people_of_a_blocked_company_sign_in_nowhere(provider, about, ben, acme):  # noqa: F811
    browser = logged_in(ben)
    path, _state, verifier = begin(provider, about)
    back = consent(browser, browser.get(path))["Location"]
    acme.is_blocked = True
    acme.save()
    assert exchange(provider, about, back, verifier).status_code == 400
    page = browser.get(begin(provider, about)[0])
    assert page.status_code == 403 and "+49 89" in page.content.decode()


@pytest.mark.parametrize(
    "uri",
    [f"{BACK}?x=1", f"{BACK}/", f"{BACK}#x", BACK.upper(), BACK.replace("https", "http"), f"{BACK}%2F", f"{BACK}/../x",
     BACK.replace(".example", ".example:443"), BACK.replace("https://", "https://user@"), f" {BACK}", "", "//x"],
)  # fmt: skip
def test_people_are_led_back_to_the_registered_address_alone(provider, about, ben, uri):  # noqa: F811
    """OpenID Connect Core 1.0, section 3.1.2.1: "exactly"."""
    path, *_ = begin(provider, about, redirect_uri=uri)
    answer = logged_in(ben).get(path)
    assert answer.status_code == 400 and "Location" not in answer


# --- fresh proof ---


def test_the_token_says_when_the_person_was_there(provider, about, ben):  # noqa: F811
    browser = logged_in(ben)
    age(browser, 1000)
    flow(provider, about, browser)
    said = id_token(provider, about)
    assert 990 < time.time() - said["auth_time"] < 1100
    assert said["sid"] == str(Session.objects.get(pk=browser.session.session_key).public_id)
    data = {"grant_type": "refresh_token", "refresh_token": provider.token["refresh_token"]}
    provider.token = provider.post(
        about["token_endpoint"], data=data, auth=("homecase", "geheim"), withhold_token=True
    ).json()
    assert id_token(provider, about)["auth_time"] == said["auth_time"], "the time of the login, not of the renewal"


@pytest.mark.parametrize(
    "wish", [{"max_age": "0"}, {"max_age": "60"}, {"prompt": "login"}, {"prompt": "select_account"}]
)
def test_proof_is_asked_for_and_cannot_be_left_out(provider, about, ben, wish):  # noqa: F811
    browser = logged_in(ben)
    flow(provider, about, browser)
    age(browser, 100)
    path, _state, verifier = begin(provider, about, **wish)
    for _again in range(2):
        assert browser.get(path)["Location"].startswith(AGAIN), "coming back without it is no proof"
    url = browser.get(path)["Location"]
    answer = browser.post(url, {"password": PASSWORD, "next": parse_qs(urlsplit(url).query)["next"][0]})
    back = browser.get(answer["Location"])["Location"]
    assert back.startswith(BACK)
    provider.token = exchange(provider, about, back, verifier).json()
    assert time.time() - id_token(provider, about)["auth_time"] < 30
    assert browser.get(path)["Location"].startswith(AGAIN) or wish == {"max_age": "60"}, "each time anew"


def test_a_login_that_is_young_enough_is_enough(provider, about, ben):  # noqa: F811
    browser = logged_in(ben)
    flow(provider, about, browser)
    assert browser.get(begin(provider, about, max_age="300")[0])["Location"].startswith(BACK)


@pytest.mark.parametrize("wish", [{"max_age": "60"}, {"max_age": "0"}])
def test_silently_it_says_that_proof_is_needed(provider, about, ben, wish):  # noqa: F811
    browser = logged_in(ben)
    flow(provider, about, browser)
    age(browser, 100)
    path, *_ = begin(provider, about, prompt="none", **wish)
    assert "error=login_required" in browser.get(path)["Location"]
    assert "error=login_required" in Browser().get(path)["Location"]


def test_who_logs_in_for_it_has_proved_it(provider, about, ben):  # noqa: F811
    browser = Browser()
    path, *_ = begin(provider, about, prompt="login", max_age="0")
    url = browser.get(path)["Location"]
    answer = browser.post(url, {"login": ben.email, "password": PASSWORD, "next": path})
    assert answer["Location"] == path
    assert "HOMECASE möchte Sie" in browser.get(path).content.decode()


@pytest.mark.parametrize("wish, error", [
    ({"max_age": "-1"}, "invalid_request"), ({"max_age": "bald"}, "invalid_request"),
    ({"max_age": "²"}, "invalid_request"),
    ({"prompt": "none login"}, "invalid_request"),
])  # fmt: skip
def test_nonsense_is_said_to_the_program(provider, about, ben, wish, error):  # noqa: F811
    browser = logged_in(ben)
    flow(provider, about, browser)
    assert f"error={error}" in browser.get(begin(provider, about, **wish)[0])["Location"]


def test_consent_is_asked_for_again_where_the_program_wants_it(provider, about, ben):  # noqa: F811
    browser = logged_in(ben)
    flow(provider, about, browser)
    page = browser.get(begin(provider, about, prompt="consent")[0])
    assert page.status_code == 200 and consent(browser, page)["Location"].startswith(BACK)


# --- programs are told (OpenID Connect Back-Channel Logout 1.0) ---


@pytest.fixture
def receiver(homecase):  # noqa: F811
    """A program that takes logout tokens; `.got` are the bodies, `.status` its answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            server.got.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(server.status)
            self.send_header("Location", f"http://127.0.0.1:{server.server_port}/landing")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.got, server.status = [], 200
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    homecase.data = {"client_metadata": {backchannel.URI: f"http://127.0.0.1:{server.server_port}/logout"}}
    homecase.save()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def told(receiver, provider, about):  # noqa: F811
    """The claims of each logout token that arrived, checked as section 2.6 asks."""
    run_jobs("tell_program")
    keys = JsonWebKey.import_key_set(provider.get(about["jwks_uri"], withhold_token=True).json())
    found = []
    for body in receiver.got:
        claims = JsonWebToken(["RS256"]).decode(parse_qs(body)["logout_token"][0], keys)
        assert claims.header["typ"] == "logout+jwt" and claims["iss"] == about["issuer"]
        assert claims["aud"] == "homecase" and 0 < claims["exp"] - claims["iat"] <= 120 and claims["jti"]
        assert claims["events"] == {EVENT: {}} and "nonce" not in claims
        found.append(claims)
    receiver.got.clear()
    return found


def test_it_is_announced(about):
    assert about["backchannel_logout_supported"] and about["backchannel_logout_session_supported"]


@pytest.mark.parametrize("end", [log_out, end_this_one])
def test_the_end_of_a_session_is_told(provider, about, ben, receiver, end):  # noqa: F811
    browser = logged_in(ben)
    flow(provider, about, browser)
    sid = id_token(provider, about)["sid"]
    end(browser, ben)
    (claims,) = told(receiver, provider, about)
    assert (claims["sub"], claims["sid"]) == (ben.username, sid)


def test_a_session_in_which_nobody_signed_in_there_is_not_told(provider, about, ben, receiver):  # noqa: F811
    flow(provider, about, logged_in(ben))
    log_out(logged_in(ben), ben)
    assert told(receiver, provider, about) == []


def test_the_end_of_a_login_is_told_without_a_session(provider, about, ben, olga, receiver):  # noqa: F811
    flow(provider, about, logged_in(ben))
    Token.objects.all().delete()
    close_logins(ben)
    (claims,) = told(receiver, provider, about)
    assert claims["sub"] == ben.username and "sid" not in claims, "although its tokens were long gone"
    remove(Actor.member(olga.at["12345"]), ben.at["12345"])
    assert [claims["sub"] for claims in told(receiver, provider, about)] == [ben.username]


def test_a_consent_taken_back_is_told_too(provider, about, ben, receiver):  # noqa: F811
    browser = logged_in(ben)
    flow(provider, about, browser)
    browser.post(reverse("sign_on_end", args=[ben.sign_on_consents.get().pk]))
    assert len(told(receiver, provider, about)) == 1


@pytest.mark.parametrize("status", [302, 400, 503])
def test_whoever_does_not_take_it_is_told_again(ben, homecase, receiver, status):  # noqa: F811
    """The job fails, and the queue tries it again; a redirect is not followed."""
    receiver.status = status
    with pytest.raises(OSError, match=str(status)):
        tell_program.func(client="homecase", sub=ben.username)
    assert len(receiver.got) == 1


def test_programs_without_an_address_and_gone_ones_are_left_alone(ben, homecase):  # noqa: F811
    ben.sign_on_consents.create(client=homecase, scopes=SCOPE)
    end_sign_on(ben)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where task_name = 'tell_program' and status = 'todo'")
        assert cursor.fetchone()[0] == 0
    tell_program.func(client="unbekannt", sub="x")


@pytest.mark.parametrize(
    "uri, ok",
    [("https://homecase.example/ende", True), ("", True), ("http://homecase.example/ende", False),
     ("https://homecase.example/#x", False), ("javascript:alert(1)", False)],
)  # fmt: skip
def test_staff_register_the_address(admin, as_, homecase, uri, ok):  # noqa: F811
    homecase.data = {"client_metadata": {"post_logout_redirect_uris": [BACK]}}
    homecase.save()
    url = reverse("admin:allauth_idp_oidc_client_change", args=["homecase"])
    client = as_(admin)
    form = client.get(url).context["adminform"].form
    assert "allow_uri_wildcards" not in form.fields
    data = {name: form.initial.get(name) or "" for name in form.fields} | {"skip_consent": "on", backchannel.URI: uri}
    data["data"] = json.dumps(homecase.data)
    assert client.post(url, data).status_code == (302 if ok else 200)
    homecase.refresh_from_db()
    assert backchannel.address_of(homecase) == (uri if ok else "")
    assert homecase.get_post_logout_redirect_uris() == [BACK]
