""" "Waiting for you" on the start page: what stands there, answered in place, and the weekly mail of it."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from access.acting import Actor
from access.asking import answer, ask_for
from access.models import AccessRequest, Membership
from access.rights import Right
from access.switches import switch_off, switch_on
from contracts.models import Terms
from portal.lib.days import today
from portal.tasks import mail_weekly
from shop.models import Article
from tests import factories as make
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db


def start(client):
    return " ".join(client.get(reverse("start", args=["12345"])).content.decode().split())


def lines(client):
    band = re.search(r'<section aria-labelledby="waiting">.*?</section>', start(client))
    return re.findall(r'<p class="strong">(.*?)</p>', band[0]) if band else []


@pytest.fixture
def waiting_order(acme, ben):
    order = make.OrderFactory(company=acme, ordered_by=ben, orderer_name="Ben Bauer", state="waiting", net=500)
    make.OrderLineFactory(order=order, position=1)
    return order


def test_who_may_answer_sees_it_and_nobody_else(as_, acme, olga, deniz, ben, dora, waiting_order):
    make.TermsFactory(kind=Terms.Kind.AVV)
    ask_for(dora.at["12345"], Right.SHOP)
    said = ["Dora Dietz bittet um Shop &amp; Bestellungen.", "Ben Bauer möchte bestellen."]
    agreement = "Der AVV ist noch nicht abgeschlossen."
    assert lines(as_(olga)) == [agreement, *said]
    assert lines(as_(deniz)) == said, "an agreement is the licence holder's"
    assert lines(as_(ben)) == []
    assert lines(as_(dora)) == []


def test_nothing_of_another_company_stands_there(as_, elsewhere, mallory, dora, olga):
    row = make.MembershipFactory(company=elsewhere, rights=[Right.SHOP])
    ask_for(row, Right.DOWNLOADS)
    assert lines(as_(olga)) == []


def test_at_most_five_and_the_most_pressing_first(as_, acme, olga, waiting_order):
    product = acme.licences.get().product
    release = make.ReleaseFactory(product=product, version="9.9", withdrawn_on=today(), withdrawn_reason="Fehler")
    make.DownloadFactory(company=acme, file__release=release, user=olga)
    for number in range(6):
        ask_for(make.MembershipFactory(company=acme, user__last_name=f"N{number}"), Right.SHOP)
    found = lines(as_(olga))
    assert len(found) == 5
    assert "9.9 wurde zurückgerufen" in found[0]


def test_a_request_is_granted_there_and_taken_back_within_ten_minutes(as_, olga, dora):
    asked, _new = ask_for(dora.at["12345"], Right.SHOP)
    client, data = as_(olga), {"decision": "yes", "back": "start"}
    there = client.post(reverse("request_answer", args=["12345", asked.pk]), data)
    assert there.url == reverse("start", args=["12345"])
    assert Right.SHOP in Membership.of(dora.at["12345"]).granted
    assert lines(client) == ["Dora Dietz hat jetzt Shop &amp; Bestellungen."]
    client.post(reverse("request_undo", args=["12345", asked.pk]), {"back": "start"})
    assert Right.SHOP not in Membership.of(dora.at["12345"]).granted
    assert lines(client) == ["Dora Dietz bittet um Shop &amp; Bestellungen."]


def test_a_no_is_taken_back_too_but_not_later_and_not_by_others(as_, olga, deniz, dora):
    asked, _new = ask_for(dora.at["12345"], Right.SHOP)
    answer(Actor.member(olga.at["12345"]), asked, granted=False)
    undo = reverse("request_undo", args=["12345", asked.pk])
    as_(deniz).post(undo)
    assert AccessRequest.objects.get().is_granted is False, "somebody else's answer stands"
    AccessRequest.objects.update(answered_at=timezone.now() - dt.timedelta(minutes=11))
    as_(olga).post(undo)
    assert AccessRequest.objects.get().is_granted is False, "after ten minutes it stands"
    AccessRequest.objects.update(answered_at=timezone.now())
    as_(olga).post(undo)
    assert AccessRequest.objects.get().answered_at is None


@pytest.mark.parametrize("granted", [True, False])
def test_what_a_colleague_switched_since_is_not_undone(as_, olga, deniz, dora, granted):
    asked, _new = ask_for(dora.at["12345"], Right.SHOP)
    answer(Actor.member(olga.at["12345"]), asked, granted=granted)
    with transaction.atomic():
        colleague, membership = Actor.member(deniz.at["12345"]).enter_with(dora.at["12345"])
        (switch_off if granted else switch_on)(membership, Right.SHOP, colleague if granted else None)
    as_(olga).post(reverse("request_undo", args=["12345", asked.pk]))
    assert AccessRequest.objects.get().is_granted is granted
    assert (Right.SHOP in Membership.of(dora.at["12345"]).granted) is not granted


def test_an_order_is_approved_there(as_, olga, waiting_order):
    client, data = as_(olga), {"decision": "approve", "reason": "", "back": "start"}
    there = client.post(reverse("order_decide", args=["12345", waiting_order.pk]), data)
    waiting_order.refresh_from_db()
    assert (waiting_order.state, there.url) == ("received", reverse("start", args=["12345"]))
    assert lines(client) == []


def test_who_has_limits_decides_on_the_order_s_page(as_, deniz, waiting_order):
    Membership.objects.filter(user=deniz).update(order_limit=100)
    assert reverse("order_decide", args=["12345", waiting_order.pk]) not in start(as_(deniz))


def test_maintenance_that_ends_leads_to_the_article_that_goes_on(as_, acme, ben):
    licence = acme.licences.get()
    licence.maintenance.update(ends_on=today() + dt.timedelta(days=66))
    article = make.ArticleFactory(kind=Article.Kind.FLAT, grants=licence.product, fits=[licence.product])
    page = start(as_(ben))
    assert lines(as_(ben)) == [f"Die Pflege von {licence.product.name} endet."]
    assert "in 66 Tagen" in page
    assert reverse("article_detail", args=["12345", article.number]) in page


def test_the_band_costs_one_query(as_, olga, dora, waiting_order, django_assert_num_queries):
    """Session, person, membership, one query for all tiles, one for what ends soonest, and one for all that waits."""
    ask_for(dora.at["12345"], Right.SHOP)
    client = as_(olga)
    client.get(reverse("start", args=["12345"]))
    with django_assert_num_queries(6):
        client.get(reverse("start", args=["12345"]))


def wish(client, wanted):
    client.post(reverse("weekly_mail", args=["12345"]), {"wanted": wanted})


def weekly():
    """The subjects of what one run of the job sends, and to whom."""
    mail.outbox.clear()
    mail_weekly.func(0)
    run_jobs("deliver")
    return [(letter.to, letter.subject) for letter in mail.outbox]


def test_whoever_wants_it_gets_it_by_mail_once_a_week(as_, olga, deniz, dora):
    ask_for(dora.at["12345"], Right.SHOP)
    wish(as_(olga), "1")
    wish(as_(dora), "1")
    assert weekly() == [([olga.email], "Wartet auf Sie: Hausverwaltung Sonnenhof GmbH")], "for Dora nothing waits"
    assert "Dora Dietz bittet um Shop & Bestellungen." in mail.outbox[0].body
    assert reverse("start", args=["12345"]) in mail.outbox[0].body
    assert weekly() == [], "a second run sends nothing"
    Membership.objects.update(weekly_sent_on=today() - dt.timedelta(days=7))
    wish(as_(olga), "0")
    assert weekly() == []


def test_who_lacks_a_second_factor_that_the_company_wants_gets_none(as_, acme, deniz, dora):
    ask_for(dora.at["12345"], Right.SHOP)
    wish(as_(deniz), "1")
    type(acme).objects.filter(pk=acme.pk).update(needs_second_factor=True)
    assert weekly() == []


@pytest.mark.parametrize(
    "shut",
    [{"suspended_at": timezone.now()}, {"ends_on": dt.date(2020, 1, 1)}, {"company__is_blocked": True},
     {"user__is_active": False}],
)  # fmt: skip
def test_nobody_whom_the_door_keeps_out_gets_it(as_, acme, olga, deniz, dora, shut):
    ask_for(dora.at["12345"], Right.SHOP)
    wish(as_(deniz), "1")
    (name, value), row = *shut.items(), deniz.at["12345"]
    target = {"company": acme, "user": deniz}.get(name.split("__")[0], row)
    type(target).objects.filter(pk=target.pk).update(**{name.split("__")[-1]: value})
    assert weekly() == []
