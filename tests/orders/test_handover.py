"""Orders as files for the ERP, and read back by our own import."""

import csv

import facturx
import pytest
from django.core.management import CommandError, call_command

from orders.handover import export_orders
from orders.models import Order
from orders.states import accept
from portal.erp import import_export

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


def test_messages_pass_their_schema(order, tmp_path, capsys):
    call_command("export_orders", tmp_path / "neu", "--order-x")
    xml = (tmp_path / "neu" / "TSA-5.xml").read_bytes()
    assert facturx.xml_check_xsd(xml, flavor="order-x", level="basic")
    assert "1 orders written" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(order, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="file"):
        call_command("export_orders", tmp_path / "file")
