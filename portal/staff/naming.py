"""Words of the admin for what has none of its own: relations called after what they lead to, tables of libraries."""

from typing import Any

from allauth.idp.oidc.models import Client
from django.apps import apps
from django.contrib.auth.models import Group
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Who did what.
BY = {
    "answered_by": _("answered by"),
    "checked_by": _("checked by"),
    "closed_by": _("closed by"),
    "invited_by": _("invited by"),
    "noted_by": _("noted by"),
    "person": _("person"),
    "actor": _("changed by"),
    "placed_by": _("ordered by"),
    "started_by": _("started by"),
    "sha256": _("checksum (SHA-256)"),
    "file": _("file"),
    "line": _("line of the order"),
}
PROGRAM = {
    "id": _("client ID"),
    "name": _("name"),
    "secret": _("secret"),
    "scopes": _("what it may read"),
    "default_scopes": _("what it reads unless it asks for less"),
    "type": _("kind"),
    "grant_types": _("grant types"),
    "redirect_uris": _("addresses that people are led back to"),
    "cors_origins": _("web addresses that may ask from a browser"),
    "response_types": _("response types"),
    "owner": _("owner"),
    "skip_consent": _("without asking the person"),
    "created_at": pgettext_lazy("row", "created"),
    "data": _("more data"),
}
TABLES = {Client: (_("program with the portal's login"), _("programs with the portal's login")),
          Group: (_("role"), _("roles"))}  # fmt: skip


def name_all() -> None:
    """Once, when all tables are known. Nothing of it is in a migration: those read what the model itself says."""
    for model, (one, many) in TABLES.items():
        model._meta.verbose_name, model._meta.verbose_name_plural = one, many
    for name, words in PROGRAM.items():
        _named(Client._meta.get_field(name), words)
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if not isinstance(field.verbose_name, Promise):
                _named(field, BY.get(field.name) or _table_of(field))


def _table_of(field: Any) -> Any:
    """The words of the table that a relation without words leads to, or None."""
    return field.related_model._meta.verbose_name if field.is_relation and field.related_model else None


def _named(field: Any, words: Any) -> None:
    if words:
        field.verbose_name = words
