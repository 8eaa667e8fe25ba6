"""Changes as staff read them: fields by their labels, values as pages write them, rows by their names."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.lib.by_verbs import in_words
from portal.lib.tags import money

from .models import Change

EMPTY = "–"
LONGEST = 400
# Amounts have so many digits; per cent and the like have fewer.
MONEY_DIGITS = 8


@dataclass(frozen=True)
class Line:
    """One change in words. cells: [(label, before, after)]; about: what of the page it is, "" for the row itself."""

    at: dt.datetime
    who: str
    about: str
    what: str
    kind: str
    cells: list[tuple[str, str, str]]


def lines_of(changes: Iterable[Change], *, with_rows: bool = False) -> list[Line]:
    """with_rows: name the table and row of each, for a page that shows more than one row."""
    changes = list(changes)
    names = _Names(changes)
    return [_line(change, names, with_rows) for change in changes]


def _line(change: Change, names: "_Names", with_rows: bool) -> Line:
    model = _models().get(change.part or change.table)
    cells = [_cell(model, column, *pair, names) for column, pair in sorted(change.what.items())]
    about = ""
    if model is not None and (change.part or with_rows):
        about = _capital(str(model._meta.verbose_name))
        if with_rows and not change.part:
            about = f"{about} {names.of(model, change.row)}".strip()
    kind = change.get_kind_display()
    return Line(change.at, _who(change), about, kind, change.kind, [cell for cell in cells if cell[1] != cell[2]])


def _who(change: Change) -> str:
    if change.actor_name:
        return change.actor_name
    words = {"import": _("the ERP's import"), "portal": _("the portal itself")}
    return str(words.get(change.actor_kind, _("a former user") if change.actor_id else change.actor_kind))


def _cell(model: Any, column: str, before: Any, after: Any, names: "_Names") -> tuple[str, str, str]:
    field = _fields(model).get(column) if model is not None else None
    label = str(field.verbose_name) if field is not None else column
    return _capital(label), _value(field, before, names), _value(field, after, names)


def _value(field: Any, value: Any, names: "_Names") -> str:
    if value in (None, "", [], {}):
        return EMPTY
    if field is None:
        return str(value)[:LONGEST]
    if field.related_model is not None:
        return names.of(field.related_model, value)
    if field.choices and (word := dict(field.flatchoices).get(value)):
        return str(word)
    if isinstance(field, models.DateTimeField) and (moment := parse_datetime(str(value))):
        return date_format(timezone.localtime(moment), "d.m.Y, H:i")
    if isinstance(field, models.DateField) and (day := parse_date(str(value))):
        return date_format(day, "d.m.Y")
    if isinstance(field, models.DecimalField):
        return money(Decimal(str(value))) if field.max_digits >= MONEY_DIGITS else str(value).replace(".", ",")
    return in_words(value)[:LONGEST]


class _Names:
    """The rows that changes name, each kind asked once."""

    def __init__(self, changes: list[Change]) -> None:
        wanted: dict[Any, set[str]] = defaultdict(set)
        for change in changes:
            model = _models().get(change.part or change.table)
            if model is None:
                continue
            if not change.part:
                wanted[model].add(change.row)
            for column, values in change.what.items():
                field = _fields(model).get(column)
                if field is not None and field.related_model is not None:
                    wanted[field.related_model].update(str(value) for value in values if value is not None)
        self.names = {model: self._ask(model, keys) for model, keys in wanted.items()}

    def _ask(self, model: Any, keys: set[str]) -> dict[str, str]:
        related = [
            field.name for field in model._meta.fields if field.name in ("company", "user", "product", "release")
        ]
        rows = model._base_manager.filter(pk__in=keys)
        return {str(row.pk): _name(row) for row in (rows.select_related(*related) if related else rows)}

    def of(self, model: Any, key: Any) -> str:
        return self.names.get(model, {}).get(str(key)) or str(key)


def _name(row: Any) -> str:
    return str(_(row.name)) if row._meta.label == "auth.Permission" else str(row)


def _models() -> dict[str, Any]:
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


def _fields(model: Any) -> dict[str, Any]:
    return {field.column: field for field in model._meta.local_concrete_fields}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
