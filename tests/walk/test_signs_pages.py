"""On the page: the sentence stands beside the field, what was typed is kept, nothing is stored."""

from html import unescape

import pytest
from django.urls import reverse

from accounts.models import NameChange, User
from shop.forms import ParticipantsForm

from .. import factories as make

TYPED = "Erika\u202eMuster"
SENTENCE = "Nach „Erika“ steht ein unsichtbares Zeichen. Bitte geben Sie diese Stelle neu ein."
PAGES = [
    ("person_edit", "first_name"), ("person_edit", "phone_here"), ("company_edit", "street"),
    ("name_change", "new_name"), ("shopping_lists", "name"), ("invitation_create", "last_name"),
    ("invitation_create", "function"),
]  # fmt: skip


@pytest.mark.parametrize("where, field", PAGES)
def test_the_sentence_stands_beside_the_field(acme, olga, as_, where, field):
    before = list(User.objects.values("first_name", "last_name"))
    shown = unescape(as_(olga).post(reverse(where, args=[acme.number]), {field: TYPED}).content.decode())
    beside = shown.split(f'id="id_{field}_error"')[1].split("</ul>")[0]
    assert SENTENCE in beside and TYPED in shown
    assert list(User.objects.values("first_name", "last_name")) == before


def test_a_reason_of_staff_s_too(acme, olga, admin, as_):
    change = make.NameChangeFactory(company=acme)
    address = reverse("admin:accounts_namechange_decide", args=[change.pk])
    shown = unescape(as_(admin).post(address, {"decline": "1", "reason": TYPED}).content.decode())
    assert SENTENCE in shown and TYPED in shown
    assert NameChange.objects.get().state == NameChange.State.WAITING


def test_the_reason_of_a_cancelled_order_too(acme, olga, admin, as_):
    order = make.OrderFactory(company=acme, ordered_by=olga)
    address = reverse("admin:orders_order_decide", args=[order.pk])
    shown = unescape(as_(admin).post(address, {"cancel": "1", "reason": TYPED}).content.decode())
    order.refresh_from_db()
    assert SENTENCE in shown and TYPED in shown and order.state == "received"


@pytest.mark.parametrize("typed", [TYPED, "Anna Muster\nErika\u200bMuster", "Erika\u00adMuster"], ids=ascii)
def test_each_participant_is_a_line_of_its_own(typed):
    form = ParticipantsForm({"participants": typed})
    assert form.errors["participants"] == [SENTENCE]
