"""Stored addresses that mail cannot be written to, or that another row has in its stored form: for staff to mend."""

from collections.abc import Iterator

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from portal.lib.mailboxes import stored

from .models import Trouble

WORK = "check_addresses"


def check_addresses() -> int:
    """Put every such address on the admin's list of troubles, and take off those that are mended. Returns how many."""
    found = dict(unfit())
    with transaction.atomic():
        Trouble.objects.filter(work=WORK).exclude(row__in=found).delete()
        for row, reason in found.items():
            Trouble.objects.note(WORK, row, reason)
    return len(found)


def unfit() -> Iterator[tuple[str, str]]:
    """(row and column, what is wrong) of each; the address itself is not said."""
    for field in mail_fields():
        rows = field.model._base_manager.exclude(**{field.name: None}).exclude(**{field.name: ""})
        for pk, address in rows.order_by("pk").values_list("pk", field.name).iterator(chunk_size=5000):
            if reason := wrong_with(address):
                yield f"{field.model._meta.label} {pk} {field.name}"[:200], reason[:300]


def mail_fields() -> list[models.EmailField]:
    """All columns of addresses, libraries' too."""
    tables = [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]
    return [field for model in tables for field in model._meta.concrete_fields if isinstance(field, models.EmailField)]


def wrong_with(address: str) -> str:
    """A sentence for staff, or ""."""
    try:
        is_stored = stored(address) == address
    except ValidationError as refusal:
        return " ".join(refusal.messages)
    return "" if is_stored else _("Another spelling of an address that another row has; one of them has to go.")
