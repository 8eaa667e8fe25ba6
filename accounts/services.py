"""Changes of a company that are more than its own fields."""

from django.db import transaction

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
