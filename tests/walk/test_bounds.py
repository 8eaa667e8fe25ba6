"""What people type into forms keeps the bounds of what is stored: numbers, sums, days."""

import importlib
import pkgutil
from decimal import Decimal

import pytest
from django import forms
from django.apps import apps
from django.db.backends.base.operations import BaseDatabaseOperations

from shop.prices import LARGEST_SUM

OURS = ["access", "accounts", "contracts", "downloads", "orders", "shop", "support", "portal"]
LARGEST = BaseDatabaseOperations.integer_field_ranges["BigIntegerField"][1]
# Compared with the row's own and never stored or looked for.
COMPARED = {"version"}


def form_classes():
    """Every form class that a module of ours declares."""
    for name in OURS:
        for _finder, module, _is_package in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}."):
            parts = module.split(".")
            if {"forms", "admin_forms", "admin"} & set(parts):
                found = vars(importlib.import_module(module)).values()
                yield from (
                    one
                    for one in found
                    if isinstance(one, type) and issubclass(one, forms.BaseForm) and one.__module__ == module
                )


def number_fields():
    """Numbers that a form declares itself; those of a model's field have the model's bounds."""
    for form in sorted(set(form_classes()), key=lambda form: form.__name__):
        for name, field in form.base_fields.items():
            if isinstance(field, forms.IntegerField) and name in form.declared_fields and name not in COMPARED:
                yield pytest.param(field, id=f"{form.__name__}.{name}")


@pytest.mark.parametrize("field", list(number_fields()))
def test_every_number_a_form_takes_has_bounds(field):
    if isinstance(field, forms.DecimalField):
        assert field.max_digits is not None and field.decimal_places is not None
    else:
        assert field.max_value is not None and field.max_value <= LARGEST


def test_the_sum_of_an_order_is_bounded_as_it_is_stored():
    order, line = apps.get_model("orders.Order"), apps.get_model("orders.OrderLine")
    for model, name in ((order, "net"), (order, "vat"), (line, "net")):
        field = model._meta.get_field(name)
        assert Decimal(10) ** (field.max_digits - field.decimal_places) - Decimal("0.01") == LARGEST_SUM
