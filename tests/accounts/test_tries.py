"""Wrong tries of others slow the others: the owner gets in from a known device, by the mail, or by a call."""

import time
from functools import partial

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.admin.models import LogEntry
from django.core import mail, signing
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import devices
from accounts.models import User
from portal.lib.limits import DEAD_LINKS
from tests.factories import PASSWORD
from tests.jobs import run_jobs

from ..threads import at_once
from .test_addresses import link_to

pytestmark = pytest.mark.django_db
LOGIN, RESET, CODE = reverse("account_login"), reverse("account_reset_password"), reverse("mfa_authenticate")
AGAIN = reverse("account_reauthenticate")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WAIT = "Zu viele Versuche"


def log_in(client, name, password=PASSWORD, ip="203.0.113.1"):
    return client.post(LOGIN, {"login": name, "password": password}, REMOTE_ADDR=ip)


def guess(name, times, *, from_="198.51.100"):
    """Strangers' wrong passwords, each from another address."""
    for number in range(times):
        log_in(Client(), name, "falsch", ip=f"{from_}.{number}")


def fresh(person, **more):
    """What somebody sees who types the right password on a device that is not known."""
    return log_in(Client(), person.email, **more)


def step():
    return int(time.time()) // 30


def code(of):
    return format_hotp_value(hotp_value(SECRET, of))


# --- the owner gets in ---


def test_the_owner_s_device_gets_in_whatever_others_try(ben):
    his = Client()
    log_in(his, ben.email)
    his.post(reverse("account_logout"))
    guess(ben.email, 40)
    for _again in range(35):
        log_in(Client(), ben.email, "falsch", ip="198.51.100.3")
    assert WAIT in fresh(ben).content.decode()
    assert log_in(his, ben.email).status_code == 302
    his.post(reverse("account_logout"))
    assert log_in(his, ben.email, ip="198.51.100.3").status_code == 302, "also at an address that is slowed down"


def test_who_guesses_at_one_address_keeps_nobody_else_out(ben):
    for _again in range(30):
        log_in(Client(), ben.email, "falsch", ip="198.51.100.1")
    assert fresh(ben, ip="203.0.113.9").status_code == 302
    assert WAIT in fresh(ben, ip="198.51.100.1").content.decode()


@pytest.mark.parametrize("mark", ["", "x", "falsch:unterschrift", "other"])
def test_a_made_up_device_or_somebody_else_s_is_no_known_one(ben, dora, mark):
    thief = Client()
    if mark == "other":
        log_in(thief, dora.email)
        thief.post(reverse("account_logout"))
    else:
        thief.cookies["device"] = mark
    guess(ben.email, 8)
    assert WAIT in log_in(thief, ben.email).content.decode()


def test_a_known_device_has_its_own_limit(ben):
    his = Client()
    log_in(his, ben.email)
    his.post(reverse("account_logout"))
    for _again in range(5):
        log_in(his, ben.email, "falsch")
    assert WAIT in log_in(his, ben.email).content.decode()
    assert fresh(ben).status_code == 302, "which does not count for other devices"


def test_the_mark_of_a_device_tells_nothing_and_is_kept_from_scripts(ben):
    his = Client()
    log_in(his, ben.email)
    mark = his.cookies["device"]
    assert mark["httponly"] and mark["samesite"] == "Lax" and int(mark["max-age"]) >= 300 * 24 * 3600
    said = signing.loads(mark.value, salt=devices.SALT)
    assert str(ben.pk) not in said and ben.email not in str(said) and len(said) == 1


def test_colleagues_share_a_device_and_the_oldest_is_forgotten(ben, dora, carla, monkeypatch):
    monkeypatch.setattr(devices, "PEOPLE", 2)
    counter = Client()
    for person in (ben, dora, carla):
        log_in(counter, person.email)
        counter.post(reverse("account_logout"))
    for person, status in ((ben, 200), (dora, 302), (carla, 302)):
        guess(person.email, 8, from_=f"198.51.{person.pk % 250}")
        assert log_in(counter, person.email).status_code == status
        counter.post(reverse("account_logout"))


def test_the_mail_lets_the_owner_in_while_others_go_on(olga):
    guess("DOMUS_12345", 40)
    owner = Client()
    owner.post(RESET, {"email": olga.email})
    run_jobs("mail_reset_link")
    url = owner.get(link_to(olga.email, "/password/reset/key/"), follow=True).redirect_chain[-1][0]
    owner.post(url, {"password1": "Ein-neuer-Satz-17", "password2": "Ein-neuer-Satz-17"})
    guess("DOMUS_12345", 40, from_="192.0.2")
    assert log_in(owner, olga.email, "Ein-neuer-Satz-17").status_code == 302


def test_asking_for_links_in_somebody_else_s_name_does_not_kill_the_last_one(olga):
    """Each newer link kills those before; so strangers must not be able to ask without end."""
    for number in range(9):
        for name in ("DOMUS_12345", olga.email, olga.username):
            Client(REMOTE_ADDR=f"198.51.100.{number}").post(RESET, {"email": name})
    run_jobs("mail_reset_link")
    assert len(mail.outbox) == 5, "by all names together"
    for number in range(9):
        Client(REMOTE_ADDR=f"198.51.100.{number}").post(RESET, {"email": olga.email})
    run_jobs("mail_reset_link")
    owner = Client()
    page = owner.get(link_to(olga.email, "/password/reset/key/"), follow=True)
    assert page.status_code == 200 and "password1" in page.context["form"].fields


def test_staff_let_somebody_without_an_address_in(olga, admin, as_):
    User.objects.filter(pk=olga.pk).update(email=None)
    guess("DOMUS_12345", 8)
    assert WAIT in log_in(Client(), "DOMUS_12345").content.decode()
    action = {"action": "lift_tries", "_selected_action": [olga.pk]}
    as_(admin).post(reverse("admin:accounts_user_changelist"), action)
    guess("DOMUS_12345", 40, from_="192.0.2")
    assert log_in(Client(), "DOMUS_12345").status_code == 302, "although others go on"
    assert LogEntry.objects.filter(object_id=str(olga.pk), user=admin).exists()


# --- all names are one, and nothing is forgotten ---


def test_all_names_of_one_person_count_together(olga):
    names = ["DOMUS_12345", olga.email, olga.username, " domus 12345", olga.email.upper(), "12345"]
    for number, name in enumerate(names):
        log_in(Client(), name, "falsch", ip=f"198.51.100.{number}")
    for name in names:
        assert WAIT in log_in(Client(), name).content.decode()


def test_three_hundred_invented_names_free_nobody(ben):
    guess(ben.email, 8)
    for number in range(310):
        log_in(Client(), f"niemand{number}@x.example", "falsch", ip=f"192.0.{number // 200}.{number % 200}")
    assert WAIT in fresh(ben).content.decode()


@pytest.mark.django_db(transaction=True)
def test_tries_at_once_count_as_those_one_after_the_other(ben, monkeypatch):
    looked_at = []
    monkeypatch.setattr(User, "check_password", lambda self, password: looked_at.append(password))

    wrong = lambda number: log_in(Client(), ben.email, "falsch", ip=f"198.51.100.{number}")
    at_once(*[partial(wrong, number) for number in range(24)])
    assert 1 <= len(looked_at) <= 6


def test_names_that_nobody_has_are_slowed_down_alike(db):
    """Edge 6: the limit does not tell who exists."""
    pages = [log_in(Client(), "niemand@x.example", "falsch").content.decode() for _again in range(7)]
    assert WAIT not in pages[4] and WAIT in pages[5]


def test_wrong_links_are_counted_whatever_else_is_kept(db):
    name = "invitation_accept"
    for number in range(22):
        Client().get(reverse(name, args=[f"falsch-{number}"]))
    for number in range(400):
        cache.set(f"more-{number}", 1, 300)
    assert Client().get(reverse(name, args=["falsch"])).status_code == 429 and DEAD_LINKS == "20/m/ip"


# --- the password and the code once more ---


def test_the_password_typed_once_more_has_a_limit_for_each_session(ben):
    thief, his = Client(), Client()
    log_in(thief, ben.email)
    log_in(his, ben.email)
    for _again in range(6):
        page = thief.post(AGAIN, {"password": "falsch"})
    assert WAIT in page.content.decode() and WAIT in thief.post(AGAIN, {"password": PASSWORD}).content.decode()
    assert his.post(AGAIN, {"password": PASSWORD}).status_code == 302


def test_so_has_the_old_password_where_a_new_one_is_set(ben):
    thief, his = Client(), Client()
    log_in(thief, ben.email)
    log_in(his, ben.email)
    new = {"password1": "Ein-neuer-Satz-17", "password2": "Ein-neuer-Satz-17"}
    for _again in range(6):
        page = thief.post(reverse("account_change_password"), new | {"oldpassword": "falsch"})
    assert WAIT in page.content.decode()
    assert thief.post(reverse("account_change_password"), new | {"oldpassword": PASSWORD}).status_code == 200
    assert his.post(reverse("account_change_password"), new | {"oldpassword": PASSWORD}).status_code == 302


def test_codes_of_the_second_step_have_a_limit(ben):
    TOTP.activate(ben, SECRET)
    for number in range(6):
        thief = Client()
        log_in(thief, ben.email, ip=f"198.51.100.{number}")
        page = thief.post(CODE, {"code": "000000"}, REMOTE_ADDR=f"198.51.100.{number}")
    assert WAIT in page.content.decode()


def test_a_device_that_passed_the_second_step_has_codes_of_its_own(ben):
    TOTP.activate(ben, SECRET)
    his = Client()
    log_in(his, ben.email)
    his.post(CODE, {"code": code(step() - 1)})
    his.post(reverse("account_logout"))
    for number in range(6):
        thief = Client()
        log_in(thief, ben.email, ip=f"198.51.100.{number}")
        thief.post(CODE, {"code": "000000"}, REMOTE_ADDR=f"198.51.100.{number}")
    log_in(his, ben.email)
    his.post(CODE, {"code": code(step() + 1)})
    assert his.get("/kunde/12345/").status_code == 200


# --- a code counts once ---


@pytest.mark.parametrize("later", [0, 31, 62, 89])
def test_a_code_never_counts_twice(ben, monkeypatch, later):
    """RFC 6238, section 5.2. The phone is half a minute ahead, so its code is valid for the longest time there is."""
    TOTP.activate(ben, SECRET)
    now = time.time()
    used = code(step() + 1)
    for ahead, opened in ((0, 200), (later, 302)):
        monkeypatch.setattr("allauth.mfa.totp.internal.auth.time.time", lambda ahead=ahead: now + ahead)
        client = Client()
        log_in(client, ben.email)
        client.post(CODE, {"code": used})
        monkeypatch.undo()
        assert client.get("/kunde/12345/").status_code == opened


def test_an_earlier_code_does_not_count_after_a_later_one(ben):
    TOTP.activate(ben, SECRET)
    for number, opened in ((step() + 1, 200), (step(), 302)):
        client = Client()
        log_in(client, ben.email)
        client.post(CODE, {"code": code(number)})
        assert client.get("/kunde/12345/").status_code == opened


@pytest.mark.django_db(transaction=True)
def test_the_code_that_set_up_the_app_is_used_up(ben):
    his = Client()
    log_in(his, ben.email)
    his.post(AGAIN, {"password": PASSWORD})
    secret = his.get(reverse("mfa_activate_totp")).context["form"].secret
    used = format_hotp_value(hotp_value(secret, step()))
    his.post(reverse("mfa_activate_totp"), {"code": used})
    assert Authenticator.objects.filter(user=ben, type="totp").exists()
    client = Client()
    log_in(client, ben.email)
    client.post(CODE, {"code": used})
    assert client.get("/kunde/12345/").status_code == 302


def test_a_clock_that_ran_ahead_locks_nobody_out_once_it_is_right(ben, monkeypatch):
    """The server's clock jumps a day ahead and back; the code used meanwhile does not count against those of today."""
    TOTP.activate(ben, SECRET)
    now = time.time()
    for ahead in (86400, 0):
        monkeypatch.setattr("allauth.mfa.totp.internal.auth.time.time", lambda ahead=ahead: now + ahead)
        client = Client()
        log_in(client, ben.email)
        client.post(CODE, {"code": code(int(now + ahead) // 30)})
        monkeypatch.undo()
        assert client.get("/kunde/12345/").status_code == 200
    again = Client()
    log_in(again, ben.email)
    again.post(CODE, {"code": code(int(now) // 30)})
    assert again.get("/kunde/12345/").status_code == 302, "and each still counts once"
