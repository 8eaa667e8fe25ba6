"""The lists of the admin, as its templates draw them: rows whose cells know their label, and the filters in use."""

import re
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import lookup_field
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ObjectDoesNotExist
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from portal.lib.chips import Chip

from .showing import Shown, shown

# A cell as Django draws it, and what a link in it wraps.
CELL = re.compile(r'^<t([hd])(?: class="([^"]*)")?>(.*)</t[hd]>$', re.DOTALL)
LINK = re.compile(r"^(<a [^>]*>)(.*)(</a>)$", re.DOTALL)


@dataclass(frozen=True)
class Column:
    """One of Django's headers; label: its words."""

    header: dict[str, Any]
    label: str
    is_number: bool

    @property
    def sort(self) -> str:
        """For aria-sort: "ascending", "descending" or ""."""
        if self.header.get("sort_priority") != 1:
            return ""
        return "ascending" if self.header["ascending"] else "descending"


@dataclass(frozen=True)
class Cell:
    """One of a row. field: the id of what is edited in it, else ""."""

    html: SafeString
    classes: str
    label: str
    is_number: bool
    is_head: bool
    field: str = ""


@dataclass(frozen=True)
class Table:
    columns: list[Column]
    rows: list[tuple[Any, list[Cell]]]


def table_of(cl: ChangeList, headers: list[dict[str, Any]], results: list[Any]) -> Table:
    """What Django made of a list, in our writing. A row is the form of what is edited in it, and its cells."""
    labels = [str(capfirst(header["text"])) for header in headers]
    rows = [(result.form, _cells(cl, obj, result, labels)) for obj, result in zip(cl.result_list, results, strict=True)]
    numbers = [bool(rows) and all(row[1][at].is_number for row in rows) for at in range(len(labels))]
    columns = [Column(*one) for one in zip(headers, labels, numbers, strict=True)]
    return Table(columns, rows)


def _cells(cl: ChangeList, obj: Any, result: Any, labels: list[str]) -> list[Cell]:
    names = [str(name) for name in cl.list_display]
    edited = set(result.form.fields) if result.form else set()
    # Behind the columns there may be a hidden one: the key of a row that is edited.
    return [
        _cell(html, label, None, result.form[name].id_for_label)
        if name in edited
        else _cell(html, label, _shown(cl, obj, name))
        for html, label, name in zip(result, [*labels, ""], [*names, ""], strict=False)
    ]


def _cell(drawn: str, label: str, own: Shown | None, field: str = "") -> Cell:
    found = CELL.match(drawn)
    kind, classes, inner = found.groups() if found else ("d", "", drawn)
    if own:
        link = LINK.match(inner)
        inner = f"{link[1]}{conditional_escape(own.html)}{link[3]}" if link else conditional_escape(own.html)
    # Django's own cell, escaped by it; or ours, escaped above.
    is_number = bool(own and own.is_number)
    return Cell(mark_safe(inner), classes or "", label, is_number, kind == "h", field)  # noqa: S308


def _shown(cl: ChangeList, obj: Any, name: str) -> Shown | None:
    if not name or name == "action_checkbox":
        return None
    try:
        field, attribute, value = lookup_field(name, obj, cl.model_admin)
    except ObjectDoesNotExist:
        return None
    return shown(field, name, value, is_boolean=getattr(attribute, "boolean", False))


def filters_of(cl: ChangeList) -> list[tuple[str, list[dict[str, Any]], Chip | None]]:
    """(title, choices, chip of what is chosen) of each filter of a list."""
    return [(str(capfirst(spec.title)), choices, _chip(spec, choices)) for spec, choices in _specs(cl)]


def _specs(cl: ChangeList) -> list[tuple[Any, list[dict[str, Any]]]]:
    return [(spec, [dict(choice) for choice in spec.choices(cl)]) for spec in cl.filter_specs]


def _chip(spec: Any, choices: list[dict[str, Any]]) -> Chip | None:
    """The first choice of each of Django's filters is "all"."""
    chosen = [str(choice["display"]) for choice in choices[1:] if choice["selected"]]
    if not chosen:
        return None
    return Chip(f"{capfirst(spec.title)}: {', '.join(chosen)}", choices[0]["query_string"])
