"""Orders between the portal and the ERP's tables: out and in changes nothing, and nothing goes round the machine."""

import uuid
from contextlib import suppress
from decimal import Decimal

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.handover import LETTERS, STATES, export_orders
from orders.models import Grant, Order, OrderEvent, OrderLine, Webhook, WebhookCall
from orders.states import OrderRefused, accept, agree, approve, cancel, fulfil, settle
from portal.erp import import_export
from portal.models import ErpRow
from shop.models import Article

from .. import factories as make
from ..jobs import run_jobs

pytestmark = pytest.mark.django_db
Kind, State = Article.Kind, Order.State
HEAD = "AuftragsNr;KdNr;Datum;Status;BestellerEMail;Bestellzeichen\n"
LINE_HEAD = "AuftragsNr;Pos;ArtNr;Bezeichnung;Menge;Einzelpreis;MwSt\n"


@pytest.fixture
def crm():
    return make.ProductFactory(number="8000", name="DOMUS CRM")


def placed(acme, ben, crm, number="TSA-1", *, by_portal=True, state=State.RECEIVED):
    """An order of software and a service; from the portal, or one of the ERP's own."""
    order = make.OrderFactory(
        company=acme, ordered_by=ben, number=number, state=state, reference="Mein Zeichen",
        net=Decimal("998.00"), vat=Decimal("189.62"), form_key=uuid.uuid4() if by_portal else None,
    )  # fmt: skip
    article = make.ArticleFactory(kind=Kind.SOFTWARE, grants=crm)
    make.OrderLineFactory(
        order=order, position=1, article=article, article_number=article.number, kind=Kind.SOFTWARE, unit=article.unit
    )
    make.OrderLineFactory(order=order, position=2, kind=Kind.SERVICE)
    order.note_event(state, by=ben)
    return order


@pytest.fixture
def order(acme, ben, crm):
    return placed(acme, ben, crm)


def told(folder, letter, number="TSA-1", customer="12345", lines=""):
    """What the ERP says of one order, imported: the results of its files."""
    folder.mkdir(exist_ok=True)
    (folder / "auftraege.csv").write_text(f"{HEAD}{number};{customer};10.11.2026;{letter};;Zeichen des ERP\n", "cp1252")
    (folder / "auftragspositionen.csv").write_text(LINE_HEAD + lines, "cp1252")
    return {result.file: result for result in import_export(folder)}


def refused(results, file="auftraege.csv"):
    assert results[file].error == ""
    return results[file].refused


def now(order):
    order.refresh_from_db()
    return order.state


# --- Out and in again ---


def in_every_state(acme, ben, crm, *, by_portal):
    """One order in each state that leaves the company, as it comes about."""
    rows = {state: placed(acme, ben, crm, f"TSA-{state}", by_portal=by_portal) for state in LETTERS}
    bad = {state: {row.lines.get(position=2).pk: "Ausverkauft"} for state, row in rows.items()}
    accept(rows[State.ACCEPTED], by=None)
    accept(rows[State.OFFERED], by=None, declined=bad[State.OFFERED])
    accept(rows[State.FULFILLED], by=None)
    fulfil(rows[State.FULFILLED], by=None)
    cancel(rows[State.CANCELLED], by=ben)
    make.OrderLineFactory(order=rows[State.PARTLY], position=3, kind=Kind.SERVICE)
    accept(rows[State.PARTLY], by=None, declined=bad[State.PARTLY])
    agree(rows[State.PARTLY], by=ben)
    # Of the ERP's own orders the sums are those of their lines.
    Order.objects.filter(pk=rows[State.PARTLY].pk).update(net=Decimal("1497.00"), vat=Decimal("284.43"))
    assert {state: now(row) for state, row in rows.items()} == {state: state for state in LETTERS}
    return rows


def everything():
    tables = (Order, OrderLine, OrderEvent, Grant, WebhookCall)
    return [list(table.objects.order_by("pk").values()) for table in tables]


@pytest.mark.parametrize("by_portal", [True, False])
@pytest.mark.parametrize("known", [False, True])
def test_out_and_in_again_changes_nothing(acme, ben, crm, tmp_path, by_portal, known):
    """known: the import has met them before, and its ledger says something else."""
    Webhook.objects.create(url="https://erp.example/")
    rows = in_every_state(acme, ben, crm, by_portal=by_portal)
    export_orders(tmp_path)
    if known:
        list(import_export(tmp_path))
        ErpRow.objects.update(said={"Status": "E"})
    before = everything()
    mail.outbox.clear()
    for result in import_export(tmp_path):
        assert (result.refused, result.error) == ([], "")
    assert [[{**row, "place": None} if "place" in row else row for row in table] for table in everything()] == [
        [{**row, "place": None} if "place" in row else row for row in table] for table in before
    ]
    assert mail.outbox == [] and len(rows) == len(LETTERS)


def test_each_state_has_a_letter_of_its_own():
    assert set(LETTERS) == set(State) - {State.WAITING}
    assert len(STATES) == len(LETTERS) and {"E", "B", "F", "S"} < set(STATES)


@pytest.mark.parametrize("state", [State.PARTLY, State.FULFILLED, State.ACCEPTED])
def test_the_letter_of_older_exports_is_still_read(acme, ben, crm, tmp_path, state):
    """What was accepted in part was written as accepted."""
    order = in_every_state(acme, ben, crm, by_portal=True)[state]
    assert refused(told(tmp_path, "B", order.number)) == [] and now(order) == state


def test_lines_of_the_erp_s_own_orders_keep_what_was_declined(acme, ben, crm, tmp_path):
    order = in_every_state(acme, ben, crm, by_portal=False)[State.PARTLY]
    line = "TSA-partly;1;TSA-K10014;Neu;2;100,00;19\n"
    assert refused(told(tmp_path, "T", order.number, lines=line), "auftragspositionen.csv") == []
    order.refresh_from_db()
    assert (order.net, order.valid_net, order.valid_vat) == (Decimal("1198.00"), Decimal("699.00"), Decimal("132.81"))


# --- As by staff ---


def left_behind(order):
    """All that a step leaves: rows without their keys and moments, mails, jobs."""
    order.refresh_from_db()
    lines = list(order.lines.order_by("position").values_list("state", "reason"))
    events = list(order.events.values_list("state", "by", "by_name"))
    licences = list(order.company.licences.filter(product__number="8000").values_list("product__number", "seats"))
    calls = [call.event["state"] for call in WebhookCall.objects.order_by("pk")]
    run_jobs("make_confirmation")
    papers = list(order.company.documents.values_list("kind", flat=True))
    return order.state, lines, events, licences, calls, papers, sorted((m.to[0], m.subject[:20]) for m in mail.outbox)


@pytest.mark.parametrize("letter, verb", [
    ("B", lambda order: accept(order, by=None)),
    ("S", lambda order: cancel(order, by=None, reason="Im ERP storniert.", by_customer=False)),
])  # fmt: skip
def test_the_erp_s_yes_and_no_do_what_staff_s_do(acme, ben, crm, tmp_path, letter, verb):
    Webhook.objects.create(url="https://erp.example/")
    by_staff, by_erp = placed(acme, ben, crm, "TSA-1"), placed(acme, ben, crm, "TSA-2")
    verb(by_staff)
    expected = left_behind(by_staff)
    acme.licences.filter(product=crm).delete()
    acme.documents.all().delete()
    WebhookCall.objects.all().delete()
    mail.outbox.clear()
    assert refused(told(tmp_path, letter, "TSA-2")) == []
    assert left_behind(by_erp) == expected


def test_fulfilled_in_the_erp_marks_the_rest_as_done(order, tmp_path):
    accept(order, by=None)
    told(tmp_path, "F")
    assert now(order) == "fulfilled" and set(order.lines.values_list("state", flat=True)) == {"done"}


def test_a_cancelled_training_gives_its_seats_back(acme, ben, tmp_path):
    from shop.trainings import book

    date = make.TrainingDateFactory()
    order = make.OrderFactory(company=acme, ordered_by=ben, number="TSA-1", form_key=uuid.uuid4())
    make.OrderLineFactory(order=order, kind="S", training_date=date)
    book(date, acme, ["Anna Arndt"], by=ben, order_number="TSA-1")
    told(tmp_path, "S")
    assert now(order) == "cancelled" and not acme.training_bookings.taken().exists()


# --- What the machine refuses ---


@pytest.mark.parametrize("state, letter", [
    ("waiting", "E"), ("waiting", "B"), ("waiting", "S"), ("received", "F"), ("received", "T"), ("received", "A"),
    ("offered", "E"), ("offered", "B"), ("offered", "T"), ("offered", "F"), ("accepted", "E"), ("accepted", "A"),
    ("accepted", "T"), ("partly", "E"), ("fulfilled", "E"), ("cancelled", "E"), ("cancelled", "B"), ("cancelled", "F"),
    ("cancelled", "T"),
])  # fmt: skip
def test_what_the_machine_refuses_is_a_line_of_the_report(acme, ben, crm, tmp_path, state, letter):
    Webhook.objects.create(url="https://erp.example/")
    order = placed(acme, ben, crm, state=state)
    before = everything()
    for _night in range(2):
        results = told(tmp_path, letter)
        ((line, reason),) = refused(results)
        assert line == 2 and reason.startswith("TSA-1: ") and (results["auftraege.csv"].taken, now(order)) == (0, state)
    assert everything() == before and mail.outbox == []


def test_prices_and_references_stay_as_they_were_ordered(order, tmp_path):
    lines = "TSA-1;1;X;Anders;1;499,00;19\nTSA-1;2;X;Billiger;1;1,00;19\nTSA-1;3;X;Dazu;1;5,00;19\n"
    before = list(OrderLine.objects.values())
    results = told(tmp_path, "B", lines=lines)
    assert refused(results, "auftragspositionen.csv") == [
        (3, "not as ordered in the portal"), (4, "not as ordered in the portal"),
    ]  # fmt: skip
    order.refresh_from_db()
    assert order.reference == "Mein Zeichen" and order.net == Decimal("998.00")
    own = ("article_number", "name", "quantity", "unit_price", "net", "vat_rate")
    assert list(OrderLine.objects.values(*own)) == [{name: row[name] for name in own} for row in before]


def test_an_order_is_not_moved_for_another_customer(order, elsewhere, tmp_path):
    assert refused(told(tmp_path, "S", customer="66666")) == [(2, "the order belongs to another customer")]
    assert now(order) == "received"


def test_one_order_that_cannot_be_delivered_holds_up_no_other(acme, ben, crm, tmp_path):
    """Its licence's number is taken: that row is refused, the other order is delivered, the file is read."""
    broken, good = placed(acme, ben, crm, "TSA-1"), placed(acme, ben, crm, "TSA-2")
    make.LicenceFactory(company=acme, number="L-TSA-1-1")
    rows = "".join(f"TSA-{number};12345;10.11.2026;B;;\n" for number in (1, 2))
    (tmp_path / "auftraege.csv").write_text(HEAD + rows)
    (result,) = import_export(tmp_path)
    ((line, reason),) = result.refused
    assert (line, result.taken) == (2, 1) and "refused by the database" in reason
    assert (now(broken), now(good)) == ("received", "accepted")


def test_a_dry_run_moves_nothing_and_tells_what_it_would(order, tmp_path):
    (tmp_path / "auftraege.csv").write_text(f"{HEAD}TSA-1;12345;10.11.2026;B;;\n")
    before = everything()
    (result,) = import_export(tmp_path, dry_run=True)
    assert result.new == 1 and everything() == before


# --- Both orders of arrival ---


@pytest.mark.parametrize("first, then, end", [
    ("B", "customer", "accepted"), ("customer", "B", "cancelled"), ("B", "staff", "accepted"),
    ("staff", "B", "accepted"), ("S", "staff", "cancelled"), ("staff", "S", "cancelled"),
    ("S", "customer", "cancelled"),
])  # fmt: skip
def test_whoever_comes_first(order, ben, tmp_path, first, then, end):
    acts = {"customer": lambda: cancel(order, by=ben), "staff": lambda: accept(order, by=None)}
    for who in (first, then):
        with suppress(OrderRefused):
            acts.get(who, lambda who=who: told(tmp_path, who))()
    assert now(order) == end
    assert order.company.licences.filter(product__number="8000").exists() == (end == "accepted")


def test_an_approval_after_a_refused_row_lets_the_next_night_take_it(acme, ben, olga, crm, tmp_path):
    order = placed(acme, ben, crm, state=State.WAITING)
    assert refused(told(tmp_path, "B"))
    approve(order, by=olga)
    assert refused(told(tmp_path, "B")) == [] and now(order) == "accepted"


def test_lines_taken_back_are_not_delivered_again_by_an_old_yes(order, tmp_path):
    accept(order, by=None)
    settle(order, by=None, taken_back={order.lines.get(position=1).pk: "Irrtum"})
    assert refused(told(tmp_path, "B")) == [] and now(order) == "partly"
    assert not order.company.licences.filter(product__number="8000").exists()


# --- Quick ---


def test_the_erp_s_own_orders_stay_set_based(acme, tmp_path):
    """As many statements for two hundred orders as for one."""
    counts = []
    for number in (1, 200):
        folder = tmp_path / str(number)
        folder.mkdir()
        rows = "".join(f"A{number}-{one};12345;10.11.2026;F;;\n" for one in range(number))
        (folder / "auftraege.csv").write_text(HEAD + rows)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            (result,) = import_export(folder)
        assert result.new == number
        counts.append(len(queries))
    assert counts[0] == counts[1]
