"""Where somebody is logged in: the list, ending one or all others, and when sessions end by themselves."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Session
from accounts.tasks import run
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
START = "/kunde/12345/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1"
)


def log_in(person, agent=FIREFOX, **more):
    client = Client(headers={"user-agent": agent})
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD, **more})
    assert client.get(START).status_code == 200
    return client


def row_of(client):
    return Session.objects.get(pk=client.session.session_key)


def test_the_list_names_device_network_and_last_use(olga, ben):
    desk, phone = log_in(olga), log_in(olga, IPHONE, remember="on")
    log_in(ben)
    page = desk.get(reverse("session_list")).content.decode()
    assert "Firefox, Windows" in page and "Mobile Safari, iOS" in page and "127.0.0.1" in page
    assert page.count("dieses Gerät") == 1 and page.count("bleibt angemeldet") == 1
    assert page.count('class="row"') == 2, "nobody else's sessions"
    assert phone.session.session_key not in page, "the key would let its reader in"


def test_one_session_is_ended(olga):
    desk, phone = log_in(olga), log_in(olga, IPHONE)
    desk.post(reverse("session_end"), {"session": row_of(phone).public_id})
    assert phone.get(START).status_code == 302 and desk.get(START).status_code == 200


def test_all_others_are_ended_at_once(olga):
    desk, phone, tablet = log_in(olga), log_in(olga, IPHONE), log_in(olga, "")
    desk.post(reverse("session_end"), {"others": "1"})
    assert [client.get(START).status_code for client in (desk, phone, tablet)] == [200, 302, 302]


@pytest.mark.parametrize("value", ["", "x", "\0", "00000000-0000-4000-8000-000000000000"])
def test_nonsense_ends_nothing(olga, value):
    desk, phone = log_in(olga), log_in(olga)
    assert desk.post(reverse("session_end"), {"session": value}).status_code == 302
    assert phone.get(START).status_code == 200


def test_nobody_ends_a_session_of_somebody_else(olga, mallory, as_):
    victim = log_in(olga)
    as_(mallory).post(reverse("session_end"), {"session": row_of(victim).public_id})
    assert victim.get(START).status_code == 200


def test_a_change_of_password_ends_the_others_and_they_leave_the_list(olga):
    """Edge 9."""
    desk, phone = log_in(olga), log_in(olga, IPHONE)
    new = {"oldpassword": PASSWORD, "password1": "Ein-neuer-Satz-17", "password2": "Ein-neuer-Satz-17"}
    desk.post(reverse("account_change_password"), new)
    assert desk.get(START).status_code == 200 and phone.get(START).status_code == 302
    assert "Mobile Safari" not in desk.get(reverse("session_list")).content.decode()


def test_staying_logged_in_is_the_person_s_choice(olga):
    brief, kept = log_in(olga), log_in(olga, remember="on")
    assert not row_of(brief).is_kept and row_of(kept).is_kept
    assert not brief.cookies["session"]["max-age"] and int(kept.cookies["session"]["max-age"]) > 86400


@pytest.mark.parametrize(
    "remember, field, ago, status",
    [
        ("", "last_seen_at", timedelta(hours=23), 200),
        ("", "last_seen_at", timedelta(hours=25), 302),
        ("on", "last_seen_at", timedelta(days=13), 200),
        ("on", "last_seen_at", timedelta(days=15), 302),
        ("on", "created_at", timedelta(days=91), 302),
    ],
)
def test_a_session_ends_by_itself(olga, remember, field, ago, status):
    """ASVS 7.3: idle, and in any case after the longest time."""
    client = log_in(olga, **({"remember": remember} if remember else {}))
    Session.objects.filter(pk=client.session.session_key).update(**{field: timezone.now() - ago})
    assert client.get(START).status_code == status
    run()
    assert Session.objects.filter(user=olga).exists() == (status == 200)


def test_the_last_use_is_kept_without_a_query_for_every_click(olga, django_assert_num_queries):
    client = log_in(olga)
    # "health" reads nothing of the session's, so what is counted is the session itself and its person.
    url = reverse("session_list")
    client.get(url)
    before = row_of(client).last_seen_at
    with django_assert_num_queries(4):
        client.get(url)
    assert row_of(client).last_seen_at == before
    Session.objects.filter(user=olga).update(last_seen_at=timezone.now() - timedelta(minutes=6))
    client.get(url)
    assert timezone.now() - row_of(client).last_seen_at < timedelta(minutes=1)


def test_staff_log_somebody_out_everywhere(olga, admin, as_):
    """ASVS 7.4.5."""
    desk, phone = log_in(olga), log_in(olga, IPHONE)
    action = {"action": "log_out", "_selected_action": [olga.pk]}
    as_(admin).post(reverse("admin:accounts_user_changelist"), action)
    assert desk.get(START).status_code == phone.get(START).status_code == 302
