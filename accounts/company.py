"""Changes of a company that are more than its own fields."""

from collections.abc import Iterator

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from access.rights import Right
from portal.lib.by_country import is_phone, is_postal_code, is_vat_id

from . import mails


@transaction.atomic
def set_second_factor_rule(company, needed, *, by):
    """Ask a second factor of everybody at the company, or no longer; everybody else there is told."""
    company = type(company).objects.select_for_update().get(pk=company.pk)
    if company.needs_second_factor == needed:
        return
    company.needs_second_factor = needed
    company.save(update_fields=["needs_second_factor"])
    if needed:
        for row in company.memberships.open().select_related("user").exclude(user=by):
            mails.mail_second_factor_needed(row.user, company, by)


ADDRESS = {"street", "postal_code", "city"}


def address_asks_for_orders(request, form):
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


def doubts_about(company) -> Iterator[str]:
    """What looks wrong for the company's country, in sentences for staff; the ERP may know better."""
    for name, (is_right, sentence) in CHECKS.items():
        if (value := getattr(company, name)) and not is_right(value, company.country.code):
            yield str(sentence)
