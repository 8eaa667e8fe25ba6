"""Rows as they were: the history of changes, read backwards from what stands today."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone

from portal.history.models import Change
from portal.lib.days import day_after

Row = dict[str, Any]


def end_of(day: dt.date) -> dt.datetime:
    """The moment at which a day is over in Berlin."""
    return timezone.make_aware(dt.datetime.combine(day_after(day), dt.time.min))


def rows_then(rows: QuerySet[Any], moment: dt.datetime, *, owner: str, owners: Iterable[Any]) -> list[Row]:
    """The rows that belonged to one of the owners at a moment, as dictionaries of their columns (and "id") then.

    rows: those that belong to them today. owner: the column that says to whom a row belongs, such as "company_id".
    """
    model, owners = rows.model, list(owners)
    later = Change.objects.filter(table=model._meta.db_table, part="", at__gte=moment)
    mine = {str(row.pk) for row in rows}
    left = later.filter(**{f"what__{owner}__0__in": owners}).values_list("row", flat=True)
    keys = mine | set(left)
    if not keys:
        return []
    now = {str(row.pk): _columns(row) for row in model._default_manager.filter(pk__in=keys)}
    then = rewound(now, later.filter(row__in=keys).order_by("-pk"))
    read = {key: {column: _read(model, column, value) for column, value in row.items()} for key, row in then.items()}
    return [row | {"id": int(key)} for key, row in sorted(read.items()) if row.get(owner) in owners]


def row_then(row: Model, moment: dt.datetime) -> Row | None:
    """One row's columns at a moment; None before it was there."""
    changes = Change.objects.filter(table=row._meta.db_table, row=str(row.pk), part="", at__gte=moment)
    then = rewound({str(row.pk): _columns(row)}, changes.order_by("-pk")).get(str(row.pk))
    return None if then is None else {column: _read(type(row), column, value) for column, value in then.items()}


def rewound(rows: dict[str, Row], newest_first: Iterable[Any]) -> dict[str, Row]:
    """What stood before the changes; columns that were empty in a deleted row are not in it."""
    then = {key: dict(row) for key, row in rows.items()}
    for change in newest_first:
        if change.kind == Change.Kind.ADDED:
            then.pop(change.row, None)
            continue
        before = {column: pair[0] for column, pair in change.what.items()}
        then[change.row] = before if change.kind == Change.Kind.REMOVED else then.get(change.row, {}) | before
    return then


def _columns(row: Model) -> Row:
    return {field.column: getattr(row, field.attname) for field in row._meta.local_concrete_fields}


def _read(model: Any, column: str, value: Any) -> Any:
    """As Python has it; the history holds what JSON can say."""
    field = next((one for one in model._meta.local_concrete_fields if one.column == column), None)
    return value if field is None or value is None else field.to_python(value)


def began() -> dt.date | None:
    """The first day of which the history can tell everything; None where there is no line yet."""
    oldest = Change.objects.order_by("pk").values_list("at", flat=True).first()
    return timezone.localdate(oldest) if oldest else None
