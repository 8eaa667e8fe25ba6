"""From the order to the licence under Downloads, and exactly back."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from contracts.models import Licence
from orders.models import Grant, Order, Webhook
from orders.states import (
    STEPS,
    OrderRefused,
    accept,
    agree,
    approve,
    cancel,
    cancel_line,
    fulfil,
    line_done,
    reject,
    settle,
    withdraw,
)
from portal.lib.days import last_day, today
from shop.models import Article

from .. import factories as make
from ..jobs import run_jobs

pytestmark = pytest.mark.django_db
Kind = Article.Kind


@pytest.fixture
def crm():
    return make.ProductFactory(number="8000", name="DOMUS CRM")


@pytest.fixture
def order(acme, ben):
    return make.OrderFactory(company=acme, ordered_by=ben, number="TSA-1")


def line(order, kind, position=1, grants=None, quantity=1, **more):
    article = make.ArticleFactory(kind=kind, grants=grants, **more)
    return make.OrderLineFactory(order=order, article=article, kind=kind, position=position, quantity=quantity)


def state(order):
    order.refresh_from_db()
    return order.state


def licences(company):
    """Of what was ordered, without the one the company has from before."""
    return company.licences.filter(number__startswith="L-TSA")


# --- Delivering ---


def test_accepted_software_stands_under_downloads_at_once(acme, ben, dora, as_, order, crm, admin):
    line(order, Kind.SOFTWARE, grants=crm, quantity=5)
    make.ReleaseFileFactory(release=make.ReleaseFactory(product=crm, released_on=dt.date(2026, 1, 1)))
    before = as_(dora).get("/kunde/12345/downloads/").content.decode()
    assert "DOMUS CRM" not in before
    accept(order, by=admin)
    assert state(order) == "fulfilled"
    assert "DOMUS CRM" in as_(dora).get("/kunde/12345/downloads/").content.decode()
    licence = licences(acme).get()
    assert (licence.kind, licence.seats, licence.ends_on) == ("K", 5, None)
    assert [event.state for event in order.events.all()] == ["accepted", "fulfilled"]


def test_rent_runs_for_its_period_and_is_extended_by_the_next_order(acme, order, crm):
    first = line(order, Kind.RENT, grants=crm, period_months=6)
    accept(order, by=None)
    licence = licences(acme).get()
    assert licence.ends_on == last_day(today(), 6)
    again = make.OrderFactory(company=acme, number="TSA-2")
    make.OrderLineFactory(order=again, article=first.article, kind=Kind.RENT)
    accept(again, by=None)
    licence.refresh_from_db()
    assert licence.ends_on == last_day(today(), 12) and licences(acme).count() == 1


def test_rent_with_other_seats_is_a_licence_of_its_own(acme, order, crm):
    first = line(order, Kind.RENT, grants=crm, period_months=6)
    accept(order, by=None)
    again = make.OrderFactory(company=acme, number="TSA-2")
    make.OrderLineFactory(order=again, article=first.article, kind=Kind.RENT, quantity=3)
    accept(again, by=None)
    assert sorted(licences(acme).values_list("seats", flat=True)) == [1, 3]


def test_software_with_a_period_comes_with_maintenance(acme, order, crm):
    line(order, Kind.SOFTWARE, grants=crm, period_months=12)
    accept(order, by=None)
    assert licences(acme).get().maintenance.get().ends_on == last_day(today(), 12)


@pytest.mark.parametrize("until", [None, "2099-06-30", "9999-12-31"])
def test_a_flat_rate_extends_maintenance(acme, order, until):
    """What runs without end cannot run longer: it waits for staff."""
    mine = acme.licences.get()
    mine.maintenance.update(ends_on=until)
    wished = line(order, Kind.FLAT, grants=mine.product, period_months=12)
    accept(order, by=None)
    wished.refresh_from_db()
    has_end = until == "2099-06-30"
    assert (wished.state, wished.waits_for) == (("done", "") if has_end else ("accepted", "endless"))
    until = until and dt.date.fromisoformat(until)
    assert mine.maintenance.get().ends_on == (dt.date(2100, 6, 30) if has_end else until)
    cancel(order, by=None, reason="Irrtum", by_customer=False)
    assert mine.maintenance.get().ends_on == until


def test_a_service_is_done_when_staff_say_so(order, crm, admin):
    line(order, Kind.SOFTWARE, grants=crm)
    service = line(order, Kind.SERVICE, position=2)
    accept(order, by=admin)
    assert state(order) == "accepted"
    line_done(service, by=admin)
    assert state(order) == "fulfilled"
    with pytest.raises(OrderRefused):
        line_done(service, by=admin)


def test_fulfil_marks_the_rest_as_done(order, admin):
    line(order, Kind.SERVICE)
    accept(order, by=admin)
    fulfil(order, by=admin)
    assert state(order) == "fulfilled" and order.lines.get().state == "done"


def test_an_accepted_order_is_accepted_once(acme, order, crm):
    line(order, Kind.SOFTWARE, grants=crm)
    accept(order, by=None)
    with pytest.raises(OrderRefused):
        accept(order, by=None)
    assert licences(acme).count() == 1


# --- Declining and taking back ---


def test_a_line_is_declined_with_its_reason(acme, ben, as_, order, crm):
    line(order, Kind.SOFTWARE, grants=crm)
    bad = line(order, Kind.SOFTWARE, position=2, grants=crm)
    accept(order, by=None, declined={bad.pk: "Nicht mehr lieferbar"})
    agree(order, by=ben)
    assert state(order) == "fulfilled" and licences(acme).count() == 1
    assert "partly" in [event.state for event in order.events.all()]
    page = as_(ben).get(reverse("order_detail", args=["12345", order.pk])).content.decode()
    assert "Nicht mehr lieferbar" in page and "abgelehnt" in page
    assert order.valid_sums.net == Decimal("499.00") and order.ordered_sums.net == Decimal("998.00")


def test_declining_asks_for_a_reason(order):
    row = line(order, Kind.SERVICE)
    with pytest.raises(OrderRefused):
        accept(order, by=None, declined={row.pk: "  "})
    assert state(order) == "received"


def test_all_lines_declined_is_a_cancelled_order(order):
    row = line(order, Kind.SERVICE)
    accept(order, by=None, declined={row.pk: "Kein Termin frei"})
    assert state(order) == "cancelled"
    assert "Kein Termin frei" in mail.outbox[-1].body


def test_a_cancelled_line_takes_back_exactly_what_it_gave(acme, order, crm):
    before = set(Licence.objects.values_list("number", "seats", "ends_on"))
    kept = line(order, Kind.SOFTWARE, grants=crm, quantity=2)
    wrong = line(order, Kind.RENT, position=2, grants=make.ProductFactory(number="9000"), period_months=3)
    accept(order, by=None)
    cancel_line(wrong, by=None, reason="Doppelt")
    assert licences(acme).get().number == f"L-TSA-1-{kept.position}"
    assert state(order) == "fulfilled" and "partly" in [event.state for event in order.events.all()]
    cancel(order, by=None, reason="Alles zurück", by_customer=False)
    assert set(Licence.objects.values_list("number", "seats", "ends_on")) == before
    assert not Grant.objects.filter(taken_back_at=None).exists()


def test_what_another_order_added_stays(acme, order, crm):
    """Rent ordered twice, the first taken back: only its months go."""
    first = line(order, Kind.RENT, grants=crm, period_months=12)
    accept(order, by=None)
    rows = []
    for number in (2, 3):
        again = make.OrderFactory(company=acme, number=f"TSA-{number}")
        rows.append(make.OrderLineFactory(order=again, article=first.article, kind=Kind.RENT))
        accept(again, by=None)
    cancel_line(rows[0], by=None, reason="Irrtum")
    assert licences(acme).get().ends_on == last_day(today(), 24)


def test_staff_cancel_with_a_reason_only(order):
    line(order, Kind.SERVICE)
    accept(order, by=None)
    with pytest.raises(OrderRefused):
        cancel(order, by=None, reason=" ", by_customer=False)
    assert state(order) == "accepted"


# --- The machine ---

ACTS = {
    "approve": lambda order: approve(order, by=None),
    "reject": lambda order: reject(order, by=None),
    "accept": lambda order: accept(order, by=None),
    "fulfil": lambda order: fulfil(order, by=None),
    "cancel as customer": lambda order: cancel(order, by=None),
    "cancel as staff": lambda order: cancel(order, by=None, reason="…", by_customer=False),
    "agree": lambda order: agree(order, by=None),
    "withdraw": lambda order: withdraw(order, by=None),
}
# What each act makes of each state; None: refused, and nothing has changed.
MACHINE = {
    "waiting": ["received", "cancelled", None, None, "cancelled", "cancelled", None, None],
    "received": [None, None, "accepted", None, "cancelled", "cancelled", None, None],
    "offered": [None, None, None, None, None, "cancelled", "partly", "cancelled"],
    "accepted": [None, None, None, "fulfilled", None, "cancelled", None, None],
    "partly": [None, None, None, "fulfilled", None, "cancelled", None, None],
    "fulfilled": [None, None, None, None, None, "cancelled", None, None],
    "cancelled": [None, None, None, None, None, None, None, None],
}


def test_the_table_names_every_state():
    assert set(MACHINE) == set(Order.State.values) == set(STEPS)


@pytest.mark.parametrize("now", MACHINE)
@pytest.mark.parametrize("act", ACTS)
def test_every_act_in_every_state(now, act):
    order = make.OrderFactory(state=now)
    make.OrderLineFactory(order=order, kind=Kind.SERVICE)
    then = MACHINE[now][list(ACTS).index(act)]
    if then is None:
        with pytest.raises(OrderRefused):
            ACTS[act](order)
        assert state(order) == now and not order.events.exists() and mail.outbox == []
    else:
        ACTS[act](order)
        assert state(order) == then and order.events.get().state == then
        assert then in STEPS[Order.State(now)]


def test_the_admin_decides_line_by_line(acme, order, crm, admin, as_):
    good = line(order, Kind.SOFTWARE, grants=crm)
    bad = line(order, Kind.SERVICE, position=2)
    url = reverse("admin:orders_order_decide", args=[order.pk])
    client = as_(admin)
    data = {f"{good.pk}-act": "accept", f"{bad.pk}-act": "decline", f"{bad.pk}-reason": ""}
    assert "Bitte geben Sie einen Grund an" in client.post(url, data).content.decode()
    assert state(order) == "received"
    client.post(url, {**data, f"{bad.pk}-reason": "Kein Termin"})
    assert state(order) == "offered" and not licences(acme).exists()
    client.post(url, {"agree": "1", "reason": ""})
    assert state(order) == "offered", "how the customer agreed is noted"
    client.post(url, {"agree": "1", "reason": "Am Telefon, Herr Bauer"})
    assert state(order) == "fulfilled" and "Am Telefon" in order.events.get(state="partly").reason
    client.post(url, {f"{good.pk}-act": "take_back", f"{good.pk}-reason": "Irrtum", f"{bad.pk}-act": ""})
    assert state(order) == "cancelled" and not licences(acme).exists()


def test_sales_may_decide_and_support_may_not(order, as_, db):
    from django.contrib.auth.models import Group

    from portal.roles import make_roles

    make_roles()
    line(order, Kind.SERVICE)
    url = reverse("admin:orders_order_decide", args=[order.pk])
    for role, status in (("Vertrieb", 200), ("Support", 404)):
        person = make.UserFactory(is_staff=True)
        person.groups.add(Group.objects.get(name=role))
        assert as_(person).get(url).status_code == status


# --- All or none, and nothing said that is not so any more ---


def test_several_lines_decided_at_once_are_all_decided_or_none(acme, order, admin, as_):
    """One line cannot be marked as done any more: the page says so, and the others are as before."""
    one, two = (line(order, Kind.SERVICE, position=position) for position in (1, 2))
    accept(order, by=admin)
    url = reverse("admin:orders_order_decide", args=[order.pk])
    client = as_(admin)
    client.get(url)
    sent = {f"{one.pk}-act": "done", f"{two.pk}-act": "done"}
    cancel_line(two, by=admin, reason="Anderswo zurückgenommen")
    mail.outbox.clear()
    with pytest.raises(OrderRefused):
        settle(order, by=admin, done=[one.pk, two.pk])
    one.refresh_from_db()
    assert one.state == "accepted" and mail.outbox == []
    client.post(url, sent)
    one.refresh_from_db()
    assert one.state == "accepted", "the page decided before it was known decides nothing"


def test_lines_marked_and_taken_back_together_are_one_mail(acme, ben, order, admin):
    one, two = (line(order, Kind.SERVICE, position=position) for position in (1, 2))
    accept(order, by=admin)
    mail.outbox.clear()
    settle(order, by=admin, done=[one.pk], taken_back={two.pk: "Kein Termin"})
    assert state(order) == "fulfilled"
    assert sorted(message.to[0] for message in mail.outbox) == sorted([ben.email, acme.email])
    assert all("Kein Termin" in message.body for message in mail.outbox)


def test_nothing_to_settle_changes_nothing(order, admin):
    line(order, Kind.SERVICE)
    settle(order, by=admin)
    assert state(order) == "received" and mail.outbox == []


def test_a_cancelled_order_is_not_confirmed_afterwards(acme, order, admin):
    """The worker comes after the cancellation: there is no contract, and nothing says so."""
    line(order, Kind.SERVICE)
    accept(order, by=admin)
    cancel(order, by=admin, reason="Irrtum", by_customer=False)
    mail.outbox.clear()
    run_jobs("make_confirmation")
    assert mail.outbox == [] and not acme.documents.exists()


def test_an_order_cancelled_after_its_confirmation_says_so_last(acme, ben, order, admin):
    line(order, Kind.SERVICE)
    accept(order, by=admin)
    run_jobs("make_confirmation")
    cancel(order, by=admin, reason="Irrtum", by_customer=False)
    told = [message.subject for message in mail.outbox if ben.email in message.to]
    assert "Auftragsbestätigung" in told[0] and "storniert" in told[1]


def test_what_waits_calls_no_webhook(acme, ben, order):
    Order.objects.filter(pk=order.pk).update(state="waiting")
    Webhook.objects.create(url="https://erp.example/")
    cancel(order, by=ben)
    assert not ProcrastinateJob.objects.filter(task_name="call_webhook").exists()


@pytest.mark.parametrize("step", ["declined", "taken back"])
def test_a_long_reason_for_each_of_many_lines_is_kept_at_the_line(order, admin, step):
    lines = [line(order, Kind.SERVICE, position=position) for position in (1, 2, 3)]
    reasons = {row.pk: f"{row.position}" + "x" * 299 for row in lines}
    if step == "declined":
        accept(order, by=admin, declined=reasons)
    else:
        accept(order, by=admin)
        settle(order, by=admin, taken_back=reasons)
    assert state(order) == "cancelled"
    assert {row.pk: row.reason for row in order.lines.all()} == reasons


# --- What the admin offers is what the machine takes ---


@pytest.mark.parametrize("now", MACHINE)
@pytest.mark.parametrize("line_state", ["open", "accepted", "declined", "done"])
def test_the_admin_offers_no_step_that_the_machine_refuses(now, line_state, admin, as_, order):
    """Every choice of the page is taken; what the page does not offer is not taken behind its back."""
    row = line(order, Kind.SERVICE)
    line(order, Kind.SERVICE, position=2)
    Order.objects.filter(pk=order.pk).update(state=now)
    order.lines.update(state=line_state)
    client, url = as_(admin), reverse("admin:orders_order_decide", args=[order.pk])
    page = client.get(url)
    form = next(form for form in page.context["lineforms"] if form.line.pk == row.pk)
    html = page.content.decode()
    assert ('name="cancel"' in html) == ("cancelled" in STEPS[now])
    assert ('name="agree"' in html) == (now == "offered")
    assert ('name="decide"' in html) == bool(form.acts)
    offered = [value for value, _label in form.fields["act"].choices if value]
    for act in ("accept", "decline", "done", "take_back"):
        Order.objects.filter(pk=order.pk).update(state=now, valid_net=None, valid_vat=None)
        order.lines.update(state=line_state)
        client.post(url, {f"{row.pk}-act": act, f"{row.pk}-reason": "Grund", f"{row.pk + 1}-act": ""})
        order.refresh_from_db()
        row.refresh_from_db()
        changed = (order.state, row.state) != (now, line_state)
        assert changed == (act in offered), (act, offered)


def test_a_page_from_before_a_cancellation_decides_nothing(order, admin, as_):
    row = line(order, Kind.SERVICE)
    client, url = as_(admin), reverse("admin:orders_order_decide", args=[order.pk])
    client.get(url)
    cancel(order, by=None)
    answer = client.post(url, {f"{row.pk}-act": "accept"}, follow=True)
    assert state(order) == "cancelled" and not list(answer.context["messages"]), "no success is claimed"


@pytest.mark.parametrize("verb", [
    lambda order, pk: settle(order, by=None, done=[pk]),
    lambda order, pk: settle(order, by=None, taken_back={pk: "…"}),
    lambda order, pk: accept(order, by=None, declined={pk: "…"}),
])  # fmt: skip
def test_another_order_s_line_is_refused_in_a_sentence(order, verb):
    line(order, Kind.SERVICE)
    other = make.OrderLineFactory(order=make.OrderFactory(company=order.company))
    with pytest.raises(OrderRefused):
        verb(order, other.pk)
    assert state(order) == "received"


def test_nothing_of_a_cancelled_order_is_marked_as_done(order):
    one, _two = (line(order, Kind.SERVICE, position=position) for position in (1, 2))
    accept(order, by=None)
    cancel(order, by=None, reason="Irrtum", by_customer=False)
    with pytest.raises(OrderRefused):
        line_done(one, by=None)
    one.refresh_from_db()
    assert one.state == "accepted"
