"""Orders as files for the ERP, and read back by our own import."""

import csv

import facturx
import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from accounts.models import User
from orders.handover import export_orders
from orders.models import Order, OrderLine
from orders.states import accept
from portal.erp import import_export
from portal.lib.erp.cells import SCIENTIFIC
from portal.lib.signs import place_of_hidden
from portal.models import ErpRow

from .. import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(acme, ben):
    order = make.OrderFactory(company=acme, ordered_by=ben, number="TSA-5", reference="=1+1", note="Bitte\n„bald“ 🏠")
    make.OrderLineFactory(order=order, position=1, kind="D")
    order.note_event(order.state, by=ben)
    return order


def rows(path):
    with path.open(encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_new_and_changed_orders_are_written_once(order, tmp_path):
    count, cursor = export_orders(tmp_path)
    (row,) = rows(tmp_path / "auftraege.csv")
    assert (count, row["AuftragsNr"], row["KdNr"], row["Status"]) == (1, "TSA-5", "12345", "E")
    assert row["Bestellzeichen"] == "'=1+1" and row["Bemerkung"] == "Bitte „bald“ ?"
    (line,) = rows(tmp_path / "auftragspositionen.csv")
    assert (line["Einzelpreis"], line["MwSt"], line["Menge"]) == ("499,00", "19,0", "1")
    assert export_orders(tmp_path, after=cursor) == (0, cursor)
    accept(order, by=None)
    assert export_orders(tmp_path, after=cursor)[0] == 1
    assert rows(tmp_path / "auftraege.csv")[0]["Status"] == "B"
    assert {path.suffix for path in tmp_path.iterdir()} == {".csv"}, "no half file is left"


def test_what_waits_for_approval_is_not_handed_over(acme, tmp_path):
    make.OrderFactory(company=acme, state=Order.State.WAITING).note_event("waiting", by=None)
    assert export_orders(tmp_path)[0] == 0


def test_the_import_reads_what_the_export_wrote(acme, order, tmp_path):
    export_orders(tmp_path)
    for result in import_export(tmp_path):
        assert (result.refused, result.error) == ([], "")
    order.refresh_from_db()
    assert order.state == "received" and order.lines.count() == 1


@pytest.mark.parametrize("written", ["=1+1", "'=1+1", "+49 351", "''-x", "@", "'", "00815", 'Zoll 17";', "1,23E+05"])
def test_what_was_handed_over_comes_back_as_it_was(order, tmp_path, written):
    Order.objects.update(reference=written)
    order.lines.update(name=written, article_number=written.replace("1,23E+05", ""))
    export_orders(tmp_path)
    for result in import_export(tmp_path):
        assert (result.refused, result.error) == ([], "")
    order.refresh_from_db()
    assert (order.reference, order.lines.get().name) == (written, written)


def reads_as_utf8(words):
    """Whether its bytes in Windows-1252 are other signs in UTF-8 ("Ä¯" is "į"): nobody can tell such a file apart."""
    written = words.encode("cp1252", "ignore")
    try:
        return not written.isascii() and bool(written.decode())
    except UnicodeDecodeError:
        return False


WORDS = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn")), min_size=1, max_size=20)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WORDS | st.text(st.sampled_from("'=+-@a?€🏠ä"), min_size=1, max_size=6), st.sampled_from(["", "=", "'", "+"]))
def test_any_order_comes_back_as_it_was(order, tmp_path, words, before):
    words = (before + words).strip() or "x"
    assume(place_of_hidden(words) is None and not reads_as_utf8(words))
    # The import refuses numbers that are no number's signs, whoever wrote them.
    number = words if words.isprintable() and not SCIENTIFIC.fullmatch(words) and " " not in words else "x"
    number = number.encode("cp1252", "ignore").decode("cp1252") or "x"
    Order.objects.update(reference=words, number=number)
    User.objects.filter(pk=order.ordered_by_id).update(email="+ben@12345.example")
    order.lines.update(name=words, article_number=number)
    before = Order.objects.values().get(), OrderLine.objects.values().get()
    ErpRow.objects.all().delete()
    export_orders(tmp_path)
    for result in import_export(tmp_path):
        assert (result.refused, result.error) == ([], "")
    assert (Order.objects.values().get(), OrderLine.objects.values().get()) == before


@pytest.mark.parametrize("state", ["received", "accepted", "partly", "fulfilled", "cancelled"])
def test_the_state_comes_back_as_it_was_and_nothing_is_noted(order, tmp_path, state):
    """The ERP has one letter for an order accepted in part and in full."""
    Order.objects.update(state=state)
    if state != "received":
        order.note_event(state, by=None)
    events = order.events.count()
    export_orders(tmp_path)
    assert all(not result.error and not result.refused for result in import_export(tmp_path))
    order.refresh_from_db()
    assert (order.state, order.events.count()) == (state, events)


def test_what_the_erp_says_otherwise_is_taken(order, tmp_path):
    Order.objects.update(reference="Eilt 🏠", state="partly")
    export_orders(tmp_path)
    path = tmp_path / "auftraege.csv"
    path.write_bytes(path.read_bytes().replace(b"Eilt ?", b"Eilt !"))
    assert all(not result.error for result in import_export(tmp_path))
    order.refresh_from_db()
    assert order.reference == "Eilt !"


def test_messages_pass_their_schema(order, tmp_path, capsys):
    call_command("export_orders", tmp_path / "neu", "--order-x")
    xml = (tmp_path / "neu" / "TSA-5.xml").read_bytes()
    assert facturx.xml_check_xsd(xml, flavor="order-x", level="basic")
    assert "1 orders written" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(order, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="file"):
        call_command("export_orders", tmp_path / "file")
