"""The confirmation of an order once more, because the customer cannot find it."""

from django.db import transaction
from django.utils.translation import gettext as _

from access.acting import Actor
from contracts.models import Document

from . import mails
from .models import Order
from .papers import for_paper
from .states import OrderRefused


@transaction.atomic
def confirmation_again(by: Actor, paper: Document) -> list[str]:
    """Mail a filed confirmation to those who got it the first time; returns their addresses.

    The paper is the one that is filed, not a new one. Raises OrderRefused for what is no confirmation of an order here,
    was recalled, or can reach nobody.
    """
    company = by.enter().company
    filed = company.documents.visible().served().filter(pk=paper.pk, kind=Document.Kind.ORDER_CONFIRMATION).first()
    number = filed.number.removeprefix("AB-") if filed else ""
    order = Order.objects.filter(company=company, number=number).first()
    if filed is None or order is None:
        raise OrderRefused(_("This is no order confirmation that can be sent again."))
    with filed.file.open("rb") as file:
        readers = mails.mail_confirmation(for_paper(order.pk), file.read())
    if not readers:
        raise OrderRefused(_("Nobody can be reached: neither who ordered nor the company has an address here."))
    return readers
