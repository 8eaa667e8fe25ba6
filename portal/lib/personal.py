"""What each app stores about a person, said once: the export shows it, the deletion takes or keeps it.

An app lists it in its `personal.py` as PERSONAL: what says something about the person. Sums, addresses or names of
colleagues in the same row are the company's, and whoever has left it must not take them along. What refers to a person
and is not listed there stands in KEPT_BACK with the reason; a test finds what stands in neither.
"""

from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet
from django.utils.module_loading import module_has_submodule


@dataclass(frozen=True)
class Personal:
    """Rows about a person.

    name: of the JSON file. title: what people call them. model: "app.Model". person: the lookup from a row to the
    person. fields: what values() shows of a row. only: further conditions. keeps: why and how long the rows outlive
    the account, in a sentence; empty: they go with it. is_extra: they go as soon as deletion is asked for.
    file, file_name: lookups along attributes to a FieldFile and to what it is called.
    """

    name: str
    title: str
    model: str
    person: str
    fields: tuple[Any, ...]
    only: dict[str, Any] = field(default_factory=dict)
    keeps: str = ""
    is_extra: bool = False
    file: str = ""
    file_name: str = ""

    def rows(self, person: Model) -> QuerySet[Any]:
        return apps.get_model(self.model)._default_manager.filter(**{self.person: person}, **self.only).order_by("pk")

    def values(self, person: Model) -> list[dict[str, Any]]:
        """The rows as dictionaries, in the order they were made."""
        return list(self.rows(person).values(*self.fields))

    def files(self, person: Model) -> list[tuple[str, Any]]:
        """[(file name, FieldFile)] of the rows that have one."""
        if not self.file:
            return []
        found = [(_along(row, self.file_name), _along(row, self.file)) for row in self.rows(person)]
        return [(name, content) for name, content in found if content]

    def erase(self, person: Model) -> int:
        """Delete the rows, and their files. Returns how many rows went."""
        for _name, content in self.files(person):
            content.storage.delete(content.name)
        return self.rows(person).delete()[0]


def _along(row: Any, path: str) -> Any:
    for name in path.split("."):
        row = getattr(row, name, None)
    return row


def personal_of_apps() -> list[Personal]:
    """All Personal entries, in the order of INSTALLED_APPS."""
    return [entry for module in modules() for entry in module.PERSONAL]


def modules() -> list[ModuleType]:
    """The `personal` modules of all apps that have one."""
    found = [config for config in apps.get_app_configs() if module_has_submodule(config.module, "personal")]
    return [import_module(f"{config.name}.personal") for config in found]
