"""Asking for a right from a locked tile: yes, yes until a day, no, and nobody answers."""

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from access import tasks
from access.models import AccessRequest, Membership
from access.rights import Right
from portal.lib.days import today

pytestmark = pytest.mark.django_db
ORDERS = "/kunde/12345/bestellungen/"


def member(person):
    return Membership.objects.get(user=person, company__number="12345")


def ask(client, right=Right.SHOP):
    return client.post(reverse("access_request", args=["12345", right]), follow=True)


def answer(client, **data):
    asked = AccessRequest.objects.get(answered_at=None)
    return client.post(reverse("request_answer", args=["12345", asked.pk]), data, follow=True)


def told(person):
    return [message for message in mail.outbox if message.to == [person.email]]


def test_yes_opens_the_tile_and_tells_the_asker(olga, dora, as_):
    ask(as_(dora))
    page = answer(as_(olga), decision="yes", word="Gern!").content.decode()
    assert "Dora Dietz wurde benachrichtigt" in page
    assert as_(dora).get(ORDERS).status_code == 200
    assert "„Gern!“" in told(dora)[0].body


def test_yes_until_a_day_ends_with_that_day(olga, dora, as_):
    ask(as_(dora))
    answer(as_(olga), decision="until", until=today().isoformat())
    assert as_(dora).get(ORDERS).status_code == 200
    assert today().strftime("%d.%m.%Y") in as_(olga).get("/kunde/12345/zugaenge/").content.decode()
    member(dora).rights.filter(permission__codename=Right.SHOP).update(ends_on=today() - dt.timedelta(days=1))
    assert as_(dora).get(ORDERS).status_code == 403, "at once, before any job runs"
    mail.outbox.clear()
    tasks.run()
    tasks.run()
    assert len(told(dora)) == 1 and "sind gestern abgelaufen" in told(dora)[0].body
    assert member(dora).granted == {Right.DOWNLOADS}
    assert not member(dora).rights.filter(permission__codename=Right.SHOP).exists()


def test_a_deputy_s_right_that_has_run_out_grants_nothing(olga, deniz, dora):
    """Whoever is asked must hold the right today."""
    rows = member(deniz).company.memberships
    assert rows.granting(Right.SHOP).filter(user=deniz).exists()
    member(deniz).rights.filter(permission__codename=Right.SHOP).update(ends_on=today() - dt.timedelta(days=1))
    assert not rows.granting(Right.SHOP).filter(user=deniz).exists()


def test_no_tells_the_reason_and_asks_for_a_pause(olga, dora, as_):
    ask(as_(dora))
    answer(as_(olga), decision="no", word="Erst nach der Probezeit.")
    assert as_(dora).get(ORDERS).status_code == 403
    assert "Probezeit" in told(dora)[0].body
    assert "vor Kurzem abgelehnt" in ask(as_(dora)).content.decode()
    assert len(told(olga)) == 1, "no flood"
    AccessRequest.objects.update(answered_at=timezone.now() - dt.timedelta(days=8))
    ask(as_(dora))
    assert len(told(olga)) == 2


@pytest.mark.parametrize(
    "data, field",
    [
        ({"word": "…"}, "decision"),
        ({"decision": "vielleicht"}, "decision"),
        ({"decision": "until"}, "until"),
        ({"decision": "until", "until": "2020-01-01"}, "until"),
        ({"decision": "yes", "word": "x" * 501}, "word"),
    ],
)
def test_an_answer_that_is_none_is_refused_beside_its_field(olga, dora, as_, data, field):
    ask(as_(dora))
    assert f'id="id_{field}_error"' in answer(as_(olga), **data).content.decode()
    assert AccessRequest.objects.get().answered_at is None


def test_the_recommendation_is_confirmed(olga, dora, as_):
    ask(as_(dora), Right.CONTRACTS)
    assert "id_advice_read_error" in answer(as_(olga), decision="yes").content.decode()
    answer(as_(olga), decision="yes", advice_read="on")
    assert Right.CONTRACTS in member(dora).granted


def test_a_deputy_answers_only_for_what_they_hold(deniz, dora, as_):
    """Edge 37."""
    ask(as_(dora), Right.ACCESS)
    answer(as_(deniz), decision="yes")
    assert Right.ACCESS not in member(dora).granted


def test_an_answered_request_is_not_answered_again(olga, deniz, dora, as_):
    ask(as_(dora))
    url = reverse("request_answer", args=["12345", AccessRequest.objects.get().pk])
    as_(olga).post(url, {"decision": "no"})
    page = as_(deniz).post(url, {"decision": "yes"}, follow=True).content.decode()
    assert "schon beantwortet: abgelehnt" in page and Right.SHOP not in member(dora).granted


def test_the_page_and_the_tile_show_what_waits(olga, dora, as_):
    ask(as_(dora))
    client = as_(olga)
    asked = AccessRequest.objects.get()
    assert "1 Zugriffsanfrage offen" in client.get("/kunde/12345/").content.decode()
    for query in ("", "?state=asked"):
        page = client.get(f"/kunde/12345/zugaenge/{query}").content.decode()
        assert reverse("request_answer", args=["12345", asked.pk]) in page


def test_after_two_weeks_it_falls_to_the_vendor(acme, olga, dora, admin, as_):
    ask(as_(dora))
    mail.outbox.clear()
    tasks.run()
    assert mail.outbox == []
    AccessRequest.objects.update(created_at=timezone.now() - dt.timedelta(days=15))
    tasks.run()
    tasks.run()
    asked = AccessRequest.objects.get()
    assert {reader for message in mail.outbox for reader in message.to} == {dora.email, "info@domus-software.de"}
    assert f"/admin/access/accessrequest/{asked.pk}/change/" in mail.outbox[0].body
    as_(admin).post("/admin/access/accessrequest/", {"action": "grant", "_selected_action": [asked.pk]})
    assert Right.SHOP in member(dora).granted
    assert acme.access_events.filter(kind="switched_on", actor=admin.pk, actor_kind="staff").exists()


def test_the_vendor_does_not_answer_before_the_company_had_its_time(dora, admin, as_):
    ask(as_(dora))
    asked = AccessRequest.objects.get()
    as_(admin).post("/admin/access/accessrequest/", {"action": "grant", "_selected_action": [asked.pk]})
    assert Right.SHOP not in member(dora).granted
