"""What was stored before the rule about signs: names are put right, the rest is told, and new names are held to it."""

import importlib

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from accounts.models import Company, NameChange, User
from portal.checks import texts_of_one_line

from .. import factories as make
from ..lib.nasty import SEEN

pytestmark = pytest.mark.django_db
WORST = ["A\r\nBcc: x@y.example", "A\x01B", "A\x7fB", "A\x85B", "A\u2028B", "A\u202eB", "A\u2066B"]
NAMES = [(User, "first_name"), (User, "last_name"), (Company, "name"), (Company, "name_extra")]


@pytest.mark.parametrize("text", WORST, ids=ascii)
@pytest.mark.parametrize("model, column", NAMES, ids=str)
def test_no_door_stores_a_name_of_two_lines(acme, olga, model, column, text):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**{column: text})


@pytest.mark.parametrize("text", [text for text in SEEN if len(text) < 100], ids=ascii)
def test_names_of_any_script_are_stored(acme, olga, text):
    for model, column in NAMES:
        assert model.objects.update(**{column: text})


def test_the_migration_puts_names_right(acme, olga):
    change = make.NameChangeFactory(company=acme, new_name="Neue Firma GmbH\r\nZweite Zeile")
    with connection.cursor() as cursor:
        cursor.execute("alter table accounts_user drop constraint user_names_one_line")
        cursor.execute("alter table accounts_company drop constraint company_names_one_line")
    User.objects.filter(pk=olga.pk).update(first_name="Ol\x01ga\r\n", last_name="\u202e")
    Company.objects.update(name="\r\n", name_extra="Haus\nund Hof")
    migration = importlib.import_module("accounts.migrations.0008_clean_names")
    with connection.schema_editor() as editor:
        migration.clean(apps, editor)
    olga.refresh_from_db()
    acme.refresh_from_db()
    change.refresh_from_db()
    assert (olga.first_name, olga.last_name) == ("Ol ga", "")
    assert (acme.name, acme.name_extra) == (acme.number, "Haus und Hof")
    assert NameChange.objects.get().new_name == "Neue Firma GmbH Zweite Zeile"


def test_the_check_tells_what_else_is_stored(acme, olga):
    assert texts_of_one_line(None, ["default"]) == []
    make.OrderFactory(company=acme, ordered_by=olga, reference="PO\x1b[31m4711")
    (found,) = texts_of_one_line(None, ["default"])
    assert "reference: 1" in found.msg and found.obj.__name__ == "Order"
