"""Who gets in, by which names, and what everybody else is told."""

import re

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import Membership
from accounts.models import Company, User
from accounts.people import find_person
from tests import factories as make
from tests.jobs import run_jobs

LOGIN = "/anmeldung/login/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits(db):
    """Each test starts with no wrong tries counted."""
    cache.clear()


def log_in(client, name, password=make.PASSWORD, **more):
    return client.post(LOGIN, {"login": name, "password": password, **more})


def is_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    "name",
    [
        "DOMUS_12345",
        "domus_12345 ",
        " Domus-12345",
        "DOMUS 12345",
        "domus12345",
        "12345",
        "ＤＯＭＵＳ＿１２３４５",
        "DOMUS_012345",
        "olga@12345.example",
        "OLGA@12345.Example ",
    ],
)
def test_the_main_holder_logs_in_with_every_spelling(olga, client, name):
    """Edges 2 and 3."""
    assert log_in(client, name).status_code == 302
    assert client.session["_auth_user_id"] == str(olga.pk)


def test_zeros_count_where_both_numbers_exist(db):
    """Edge 1: DOMUS_00123 and DOMUS_123 are two customers."""
    for number in ("00123", "123"):
        company = make.CompanyFactory(number=number)
        user = make.UserFactory(email=f"holder@{number}.example")
        make.MembershipFactory(company=company, user=user, is_holder=True, is_main_holder=True)
    assert find_person("DOMUS_00123", "DOMUS").email == "holder@00123.example"
    assert find_person("domus_123", "DOMUS").email == "holder@123.example"
    assert find_person("DOMUS_0123", "DOMUS") is None, "two are near: nobody is guessed"


@pytest.mark.parametrize(
    "name", ["0", "000", "DOMUS_", "DOMUS_0", "", " ", "\0", "12345\0", "@", "1.*", "DOMUS_.*", "9" * 4000]
)
def test_nonsense_finds_nobody(olga, name):
    assert find_person(name, "DOMUS") is None


def test_one_person_with_two_numbers_has_two_names(olga, elsewhere):
    """Edge 4."""
    make.MembershipFactory(company=elsewhere, user=olga, is_holder=True, is_main_holder=True)
    assert find_person("DOMUS_66666", "DOMUS") == find_person("DOMUS_12345", "DOMUS") == olga


def test_the_search_for_a_name_costs_the_same_for_known_and_unknown_numbers(olga, django_assert_num_queries):
    """Edge 6: the number of questions to the database does not tell whether a customer exists."""
    with django_assert_num_queries(2):
        find_person("DOMUS_99999", "DOMUS")
    with django_assert_num_queries(2):
        Company.objects.by_login_name("DOMUS_12345", "DOMUS")
        Company.objects.by_login_name("DOMUS_99999", "DOMUS")


def answer(client, name, password):
    page = log_in(client, name, password)
    assert page.status_code == 200
    text = page.content.decode()
    assert not is_in(client)
    return re.findall(r'class="form-errors".*?</div>', text, re.S)[0]


def test_unknown_disabled_and_without_password_are_answered_alike(olga, ben, dora, nils, client, settings):
    """Edge 6."""
    User.objects.filter(pk=ben.pk).update(is_active=False)
    dora.set_unusable_password()
    dora.save()
    answers = {
        answer(client, "DOMUS_99999", make.PASSWORD),
        answer(client, "nobody@12345.example", make.PASSWORD),
        answer(client, ben.email, make.PASSWORD),
        answer(client, dora.email, make.PASSWORD),
        answer(client, "DOMUS_12345", "not-the-password"),
        answer(client, olga.email, "not-the-password"),
    }
    assert len(answers) == 1


@pytest.mark.parametrize("name", ["DOMUS_12345", "olga@12345.example", "nobody@12345.example", "DOMUS_99999"])
def test_every_try_costs_one_hash(olga, client, name, settings, monkeypatch):
    """Edge 6: the time of the answer tells nothing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    hashed = []
    encode = PBKDF2PasswordHasher.encode

    def counted(self, *args, **kwargs):
        hashed.append(1)
        return encode(self, *args, **kwargs)

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", counted)
    log_in(client, name, "not-the-password")
    assert len(hashed) == 1


def test_umlauts_in_a_password_may_come_in_either_form(olga, client):
    """Edge 24."""
    olga.set_password("Gru\u0308ne-Straße-17")
    olga.save()
    assert log_in(client, olga.email, "Gr\u00fcne-Straße-17").status_code == 302


def test_the_sixth_wrong_try_waits_whatever_the_spelling(olga, client):
    """Edge 6: slowed down per account, not locked for good."""
    for name in ("DOMUS_12345", "domus-12345", olga.username, "DOMUS_012345", olga.email):
        log_in(client, name, "not-the-password")
    for name in ("DOMUS_12345", olga.email, olga.username):
        page = log_in(client, name)
        assert page.status_code == 200 and not is_in(client), "even the right password waits now, by any name"


def test_next_leads_only_to_our_own_host(olga, client):
    """Edge 10."""
    assert log_in(client, olga.email, next="https://evil.example/")["Location"] == "/"
    client.logout()
    assert log_in(client, olga.email, next="//evil.example/")["Location"] == "/"
    client.logout()
    assert log_in(client, olga.email, next="/kunde/12345/konto/")["Location"] == "/kunde/12345/konto/"


def test_a_blocked_company_s_person_is_told_whom_to_call_and_gets_no_session(olga, client, settings):
    Company.objects.update(is_blocked=True)
    page = log_in(client, "DOMUS_12345")
    assert page.status_code == 403
    assert settings.BRAND["phone"] in page.content.decode()
    assert not is_in(client)
    assert client.get("/kunde/12345/").status_code == 302


def test_a_wrong_password_does_not_tell_that_the_company_is_blocked(olga, client):
    Company.objects.update(is_blocked=True)
    answer(client, "DOMUS_12345", "not-the-password")


def test_a_session_of_a_blocked_company_ends_at_the_next_click(olga, as_, settings):
    """Edge 9."""
    client = as_(olga)
    assert client.get("/kunde/12345/").status_code == 200
    Company.objects.update(is_blocked=True)
    page = client.get("/kunde/12345/")
    assert page.status_code == 403 and settings.BRAND["phone"] in page.content.decode()
    assert not is_in(client)


def test_a_blocked_company_leaves_the_person_s_other_company_open(olga, elsewhere, as_):
    make.MembershipFactory(company=elsewhere, user=olga)
    Company.objects.filter(number="12345").update(is_blocked=True)
    client = as_(olga)
    assert client.get("/kunde/12345/").status_code == 403
    assert client.get("/kunde/66666/").status_code == 200


def test_a_removed_person_is_out_at_the_next_click(ben, as_, settings):
    client = as_(ben)
    Membership.objects.filter(user=ben).delete()
    page = client.get("/kunde/12345/")
    assert page.status_code == 404 and settings.BRAND["phone"] in page.content.decode()
    assert not is_in(client)


def test_a_disabled_person_is_out_at_the_next_click(ben, as_):
    client = as_(ben)
    User.objects.filter(pk=ben.pk).update(is_active=False)
    assert client.get("/kunde/12345/").status_code == 302


def test_log_out_is_a_post(ben, as_):
    client = as_(ben)
    assert client.get("/anmeldung/logout/").status_code == 200
    assert is_in(client)
    client.post("/anmeldung/logout/")
    assert not is_in(client)


def test_there_is_no_sign_up(client, db):
    assert client.get("/anmeldung/signup/").status_code in {200, 404}
    client.post("/anmeldung/signup/", {"email": "new@firma.example", "password1": make.PASSWORD})
    assert not User.objects.exists()
    assert "signup" not in client.get(LOGIN).content.decode()


# --- "Forgotten password" ---


def ask(client, entry):
    page = client.post("/anmeldung/password/reset/", {"email": entry}, follow=True)
    run_jobs("mail_reset_link")
    return page


def link(message):
    return re.search(r"http://localhost:8000(/\S+)", message.body).group(1)


def set_password(client, url, password):
    page = client.get(url, follow=True)
    action = page.redirect_chain[-1][0] if page.redirect_chain else url
    return client.post(action, {"password1": password, "password2": password})


@pytest.mark.parametrize("entry", ["DOMUS_12345", "domus-12345 ", "olga@12345.example", "Olga@12345.EXAMPLE"])
def test_a_reset_works_with_name_or_address(olga, client, entry):
    """Edge 4."""
    ask(client, entry)
    (message,) = mail.outbox
    assert message.to == [olga.email]
    assert set_password(client, link(message), "Ein-neuer-Satz-17").status_code == 302
    olga.refresh_from_db()
    assert olga.check_password("Ein-neuer-Satz-17")


def test_the_link_is_built_from_the_settings_and_not_from_the_host(olga, client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client.post("/anmeldung/password/reset/", {"email": olga.email}, headers={"host": "evil.example"})
    run_jobs("mail_reset_link")
    assert "evil.example" not in mail.outbox[0].body


def test_the_answer_is_the_same_whoever_is_asked_for(olga, ben, client):
    """Edges 6 and 7: without an address nothing is sent, and the page says whom to ask."""
    User.objects.filter(pk=olga.pk).update(email=None)
    User.objects.filter(pk=ben.pk).update(is_active=False)
    pages = {ask(client, entry).content for entry in ("DOMUS_12345", "DOMUS_99999", ben.email, "nobody@x.example")}
    # The form's token in the footer differs from page to page.
    assert len({re.sub(rb'value="\w{64}"', b"", page) for page in pages}) == 1
    assert b"info@domus-software.de" in pages.pop()
    assert mail.outbox == []


def test_the_page_asks_the_same_of_the_database_for_any_name(olga, ben, client):
    """ASVS 6.3.8: the time does not tell who exists; the worker looks, after the answer."""
    User.objects.filter(pk=ben.pk).update(is_active=False)
    costs = set()
    for entry in ("DOMUS_12345", "DOMUS_99999", ben.email, "nobody@x.example"):
        with CaptureQueriesContext(connection) as asked:
            client.post("/anmeldung/password/reset/", {"email": entry})
        # What counts the tries of a fresh name differs by whether the cache has seen it; nobody was asked for.
        assert not any("accounts_user" in query["sql"] or "accounts_company" in query["sql"] for query in asked)
        costs.add(len(asked))
    assert len(costs) == 1


def test_unknown_names_do_not_use_up_each_other_s_tries(db, client):
    for number in range(8):
        assert ask(client, f"nobody{number}@x.example").status_code == 200


def test_a_link_opened_by_a_mail_scanner_still_works(olga, client):
    """Edge 8: GET does not consume."""
    ask(client, olga.email)
    url = link(mail.outbox[0])
    for _visit in range(3):
        client.get(url, follow=True)
    set_password(client, url, "Ein-neuer-Satz-17")
    olga.refresh_from_db()
    assert olga.check_password("Ein-neuer-Satz-17")


def test_a_second_request_kills_the_first_link(olga, client):
    """Edge 8."""
    ask(client, olga.email)
    ask(client, "DOMUS_12345")
    first, second = (link(message) for message in mail.outbox)
    set_password(client, first, "Der-erste-Satz-17")
    # Not check_password: it would store the hash anew, which kills links by itself.
    assert User.objects.get(pk=olga.pk).password == olga.password
    set_password(client, second, "Der-zweite-Satz-17")
    olga.refresh_from_db()
    assert olga.check_password("Der-zweite-Satz-17")


@pytest.mark.parametrize("change", [{"email": "other@12345.example"}, {"password": make.HASH + "x"}])
def test_a_change_of_address_or_password_kills_the_link(olga, client, change):
    """Edge 8."""
    ask(client, olga.email)
    User.objects.filter(pk=olga.pk).update(**change)
    set_password(client, link(mail.outbox[0]), "Ein-neuer-Satz-17")
    olga.refresh_from_db()
    assert not olga.check_password("Ein-neuer-Satz-17")


def test_a_reset_ends_the_other_sessions(olga, as_, client):
    """Edge 9."""
    other = as_(olga)
    ask(client, olga.email)
    set_password(client, link(mail.outbox[0]), "Ein-neuer-Satz-17")
    assert other.get("/kunde/12345/").status_code == 302


def test_pages_of_people_are_not_kept_by_browsers(ben, as_):
    """Edge 16."""
    assert "no-store" in as_(ben).get(reverse("account", args=["12345"]))["Cache-Control"]
