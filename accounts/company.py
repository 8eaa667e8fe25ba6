"""Changes of a company that are more than its own fields."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.forms import BaseForm
from django.utils.translation import gettext_lazy as _

from access.acting import Actor, lock_company
from access.rights import Right
from portal.lib.by_country import is_phone, is_postal_code, is_vat_id
from portal.lib.by_verbs import ChangedMeanwhile, stale

from . import mails
from .models import Company, User
from .staff import company_closed


@transaction.atomic
def correct(by: Actor, changes: dict[str, tuple[Any, Any]]) -> None:
    """Change fields of a company: name, end, block, address. Each has its line in the log where it matters.

    changes: field -> (as the page showed it, as it is wanted). Everybody there is told when the access is closed or
    opened. Raises ChangedMeanwhile where somebody else changed the same field since.
    """
    company = by.enter().company
    if stored := stale(company, changes):
        raise ChangedMeanwhile(stored)
    changed = [name for name, (_shown, wanted) in changes.items() if getattr(company, name) != wanted]
    for name in changed:
        setattr(company, name, changes[name][1])
    if changed:
        company.save(update_fields=changed)
    if "is_blocked" in changed:
        company_closed(company, is_blocked=company.is_blocked)


def set_blocked(by: Actor, is_blocked: bool) -> bool:
    """Close the access of a company, or open it again; returns whether it was not so already."""
    with transaction.atomic():
        before = by.enter().company.is_blocked
        correct(by, {"is_blocked": (before, is_blocked)})
    return before != is_blocked


@transaction.atomic
def set_second_factor_rule(company: Company, needed: bool, *, by: User) -> None:
    """Ask a second factor of everybody at the company, or no longer; everybody else there is told."""
    company = lock_company(company.pk)
    if company.needs_second_factor == needed:
        return
    company.needs_second_factor = needed
    company.save(update_fields=["needs_second_factor"])
    if needed:
        for row in company.memberships.open().select_related("user").exclude(user=by):
            mails.mail_second_factor_needed(row.user, company, by)


ADDRESS = {"street", "postal_code", "city"}


def address_asks_for_orders(request: Any, form: BaseForm) -> bool:
    """Whether the saved address is another one and orders of before could still follow it (edge 25).

    Not into another country: the tax on an order was reckoned for the one it was placed from.
    """
    if not ADDRESS & set(form.changed_data) or "country" in form.changed_data or Right.SHOP not in request.rights:
        return False
    return request.company.orders.open().exists()


CHECKS = {
    "postal_code": (is_postal_code, _("The postal code is none of this country.")),
    "phone": (is_phone, _("The phone number cannot be dialled.")),
    "vat_id": (is_vat_id, _("The VAT id is none of this country, or a digit of it is wrong.")),
}


def doubts_about(company: Company) -> Iterator[str]:
    """What looks wrong for the company's country, in sentences for staff; the ERP may know better."""
    for name, (is_right, sentence) in CHECKS.items():
        if (value := getattr(company, name)) and not is_right(value, str(company.country)):
            yield str(sentence)
