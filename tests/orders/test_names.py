"""Orders are called by what was ordered, their steps are drawn, and their history is told in sentences."""

from decimal import Decimal

import pytest
from django.urls import reverse

from access.models import Membership
from orders.models import Order
from orders.naming import named
from orders.states import accept, approve, cancel, fulfil, reject
from orders.steps import steps_of
from orders.story import story_of

from .. import factories as make
from ..look.pages import tree_of


@pytest.mark.parametrize(
    "names, count, told",
    [
        ([], 0, "Bestellung A1"),
        (["Mahnwesen"], 1, "Mahnwesen"),
        (["Mahnwesen", "E-Rechnung"], 2, "Mahnwesen und E-Rechnung"),
        (["Mahnwesen", "E-Rechnung"], 3, "Mahnwesen und 2 weitere"),
        (["Mahnwesen", "E-Rechnung"], 200, "Mahnwesen und 199 weitere"),
    ],
)
def test_an_order_is_called_by_what_was_ordered(names, count, told):
    assert named(names, count, "A1") == told


@pytest.fixture
def order(acme, ben):
    order = make.OrderFactory(company=acme, ordered_by=ben, number="A1")
    for position, name in enumerate(["Mahnwesen", "E-Rechnung", "Schulung"], 1):
        make.OrderLineFactory(order=order, position=position, name=name)
    return order


def test_list_and_page_have_the_same_name_and_the_number_is_soft(acme, olga, as_, order):
    client = as_(olga)
    rows = tree_of(client.get(reverse("order_list", args=[acme.number])).content.decode())[0]
    (row,) = rows.xpath("//li[@class='row']")
    assert row.xpath("normalize-space(.//*[@class='row-title'])") == "Mahnwesen und 2 weitere"
    assert "A1" in row.xpath("string(.//*[@class='row-meta'])")
    page = tree_of(client.get(reverse("order_detail", args=[acme.number, order.pk])).content.decode())[0]
    assert page.xpath("normalize-space(//h1)") == "Mahnwesen und 2 weitere"
    assert "Bestellung A1" in page.xpath("string(//*[@class='lead'])")


def told(order, approvers=""):
    return [(step.label, step.tone) for step in steps_of(Order.objects.get(pk=order.pk), approvers)]


def test_the_steps_of_an_order_that_needs_no_approval(order, admin):
    assert told(order) == [
        ("bestellt", "done"), ("eingegangen", "done"), ("wird geprüft", "now"), ("geliefert", "next")
    ]  # fmt: skip
    accept(order, by=admin)
    assert [tone for _label, tone in told(order)] == ["done", "done", "done", "now"]
    fulfil(order, by=admin)
    assert told(order)[-1] == ("geliefert", "done")


def test_the_steps_of_an_order_that_waits_and_is_approved(order, olga):
    Order.objects.filter(pk=order.pk).update(state="waiting")
    order.events.all().delete()
    order.note_event("waiting", by=order.ordered_by)
    steps = steps_of(Order.objects.get(pk=order.pk), "Sie oder Deniz Demir")
    assert (steps[1].label, steps[1].note, steps[1].tone) == (
        "wartet auf Freigabe",
        "durch Sie oder Deniz Demir",
        "wait",
    )
    assert [step.is_current for step in steps] == [False, True, False, False]
    approve(order, by=olga, reason="Passt, danke!")
    steps = steps_of(Order.objects.get(pk=order.pk))
    assert steps[1].label == "freigegeben" and steps[1].note.startswith(olga.get_full_name())


def test_what_was_called_off_ends_there(order, ben):
    cancel(order, by=ben)
    assert told(order) == [("bestellt", "done"), ("eingegangen", "done"), ("storniert", "off")]


def test_history_says_who_did_what_and_what_they_wrote(acme, order, olga, ben, admin, as_):
    Order.objects.filter(pk=order.pk).update(state="waiting")
    order.events.all().delete()
    order.note_event("waiting", by=ben)
    approve(order, by=olga, reason="Passt, danke!")
    story = [(entry.sentence, entry.word) for entry in story_of(Order.objects.get(pk=order.pk))]
    assert story == [
        (f"{olga.get_full_name()} hat freigegeben.", "Passt, danke!"),
        (f"{ben.get_full_name()} hat bestellt; die Bestellung wartet auf Freigabe.", ""),
    ]
    html = as_(ben).get(reverse("order_detail", args=[acme.number, order.pk])).content.decode()
    assert "„Passt, danke!“" in html


def test_a_rejection_is_told_as_one(order, olga, ben):
    Order.objects.filter(pk=order.pk).update(state="waiting")
    order.events.all().delete()
    order.note_event("waiting", by=ben)
    reject(order, by=olga, reason="zu teuer")
    assert (
        story_of(Order.objects.get(pk=order.pk))[0].sentence
        == f"{olga.get_full_name()} hat die Bestellung nicht freigegeben."
    )


def test_what_the_erp_says_has_no_hour_and_begins_with_the_order(order):
    order.events.all().delete()
    order.events.create(state="fulfilled", by_name="ERP", at=order.placed_at)
    first, last = story_of(Order.objects.get(pk=order.pk))
    assert (first.sentence, last.sentence) == ("Alles ist geliefert.", "Ben Bauer hat bestellt.")
    assert not first.is_exact and not last.is_exact


# --- one main button per state ---


def buttons(html):
    """The main buttons of a page, in the order of the document."""
    found = tree_of(html)[0].xpath("//main//*[contains(@class, 'button-primary')]")
    return [" ".join(node.itertext()).strip() for node in found]


@pytest.mark.parametrize(
    "state, main",
    [
        ("waiting", ["Freigeben"]),
        ("received", []),
        ("accepted", []),
        ("cancelled", []),
        ("fulfilled", ["Erneut bestellen"]),
    ],
)
def test_one_main_button_per_state(state, main, acme, olga, as_, order):
    Order.objects.filter(pk=order.pk).update(state=state)
    html = as_(olga).get(reverse("order_detail", args=[acme.number, order.pk])).content.decode()
    assert buttons(html) == main


def test_the_list_offers_to_approve_what_waits_and_to_repeat_what_is_done(acme, olga, ben, as_, order):
    make.OrderFactory(company=acme, number="A2", state="fulfilled")
    make.OrderFactory(company=acme, number="A3", state="received")
    Order.objects.filter(pk=order.pk).update(state="waiting")

    def acts(person):
        html = as_(person).get(reverse("order_list", args=[acme.number])).content.decode()
        rows = tree_of(html)[0].xpath("//li[@class='row']")
        found = [(row, row.xpath(".//*[contains(@class, 'row-act')]")) for row in rows]
        number = lambda row: row.xpath("string(.//*[@class='row-meta'])").split()[0]
        return {number(row): "".join(act[0].itertext()).split(":")[0].strip() for row, act in found if act}

    assert acts(olga) == {"A1": "Freigeben", "A2": "Erneut bestellen"}
    assert acts(ben) == {"A2": "Erneut bestellen"}


def test_who_decides_reads_which_limit_it_is_above(acme, olga, ben, as_, order):
    Membership.objects.filter(user=ben).update(order_limit=Decimal(400))
    Order.objects.filter(pk=order.pk).update(state="waiting")
    html = as_(olga).get(reverse("order_detail", args=[acme.number, order.pk])).content.decode()
    assert "Über der Grenze von 400,00\xa0€ netto je Bestellung." in html


def test_a_question_about_an_order_carries_its_name(acme, olga, as_, order):
    client = as_(olga)
    html = client.get(reverse("order_detail", args=[acme.number, order.pk])).content.decode()
    (link,) = tree_of(html)[0].xpath("//a[contains(., 'Frage zu dieser Bestellung')]/@href")
    page = tree_of(client.get(link).content.decode())[0]
    assert page.xpath("//input[@name='about']/@value") == ["Bestellung A1: Mahnwesen und 2 weitere"]
