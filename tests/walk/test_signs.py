"""Every text field of every form, model, admin page and import table: signs that nobody sees are refused."""

import importlib
import pkgutil

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.test import RequestFactory

from portal.erp import TABLES
from portal.lib.erp.cells import CellRefused
from portal.lib.forms import SearchField

from ..lib.nasty import OF_LINES, SEEN, UNSEEN

OWN = ["portal", "accounts", "access", "contracts", "downloads", "shop", "orders", "support"]
# A text that is long enough for every field and short enough for the shortest.
BAD = [text for text in UNSEEN if len(text) < 5]


def own_modules():
    for app in OWN:
        for found in pkgutil.walk_packages(importlib.import_module(app).__path__, f"{app}."):
            if ".migrations" not in found.name and found.name not in {"portal.run", "portal.wsgi"}:
                importlib.import_module(found.name)


def all_forms(kind=forms.BaseForm):
    for form in kind.__subclasses__():
        yield form
        yield from all_forms(form)


def of_forms():
    own_modules()
    for form in sorted(set(all_forms()), key=lambda form: (form.__module__, form.__qualname__)):
        for name, field in getattr(form, "base_fields", {}).items():
            if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.PasswordInput):
                yield f"{form.__module__}.{form.__qualname__}.{name}", field


def of_models():
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField):
                yield str(field), field


def of_admin(user):
    request = RequestFactory().get("/")
    request.user = user
    for page in admin.site._registry.values():
        for inline in [page, *page.get_inline_instances(request)]:
            form = inline.get_form(request) if inline is page else inline.get_formset(request).form
            for name, field in form.base_fields.items():
                if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.PasswordInput):
                    yield f"{type(inline).__name__}.{name}", field


def refuses(check, field, text):
    """Whether a check refuses a text for its signs and for nothing else."""
    try:
        check(field, text)
    except ValidationError as refusal:
        return all(error.code in {"hidden_sign", "null_characters_not_allowed"} for error in refusal.error_list)
    return False


def lets_through(fields, check, are_lines):
    """(name, text) of each field that takes a text it must refuse."""
    for name, field in fields:
        bad = BAD if are_lines(field) else BAD + OF_LINES
        yield from ((name, text) for text in bad if not refuses(check, field, text))


def is_area(field):
    return isinstance(field.widget, forms.Textarea)


def test_every_field_of_every_form():
    found = [(name, field) for name, field in of_forms() if not isinstance(field, SearchField)]
    found = [(name, field) for name, field in found if not isinstance(field, forms.UUIDField | forms.JSONField)]
    assert len(found) > 80
    assert list(lets_through(found, lambda field, text: field.clean(text), is_area)) == []


def test_a_search_takes_anything_and_looks_for_what_can_be_seen():
    found = [(name, field) for name, field in of_forms() if isinstance(field, SearchField)]
    assert len(found) >= 5
    for _name, field in found:
        assert field.clean("  Kauf\tvertrag\r\n\x01") == "Kauf vertrag"


def test_every_field_of_every_model():
    found = [pair for pair in of_models() if not pair[1].choices]
    assert len(found) > 120
    are_lines = lambda field: isinstance(field, models.TextField)
    assert list(lets_through(found, lambda field, text: field.run_validators(text), are_lines)) == []


def test_every_page_of_the_admin(admin):
    found = [pair for pair in of_admin(admin) if not isinstance(pair[1], forms.UUIDField | forms.JSONField)]
    assert len(found) > 60
    assert list(lets_through(found, lambda field, text: field.clean(text), is_area)) == []


def test_other_scripts_and_pictures_are_taken_by_every_form():
    for name, field in of_forms():
        if type(field) is forms.CharField and (field.max_length or 99) >= max(map(len, SEEN)):
            for text in SEEN:
                field.clean(text + "x" * (field.min_length or 0)), name


def columns():
    for table in TABLES:
        yield from ((f"{table.file}/{one.header}", one) for one in table.columns if one.parser.sql == "text")


@pytest.mark.parametrize("text", [*BAD, *OF_LINES], ids=ascii)
def test_every_cell_of_the_import(text, tmp_path):
    """A break that an export made of a wide cell may be taken as a blank; nothing else that nobody sees is taken."""
    for name, column in columns():
        if name in {"artikel.csv/Beschreibung", "versionen.csv/Hinweise"} and text in OF_LINES:
            continue
        try:
            taken = column.parser.read(text, tmp_path)
        except CellRefused:
            continue
        assert taken == "a b" and text in OF_LINES, name
