"""Seats at trainings: booked for named persons, never more than there are, given back until the stated day.

For orders: book_lines() and release_order() work inside the caller's transaction.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Company, User
from portal.lib.refusals import Refused

from .mails import mail_released
from .models import Article, Booking, TrainingDate

MOST_SHOWN = 6


def names_in(text: str) -> list[str]:
    """The names typed one per line, each once, without empty lines."""
    return list(dict.fromkeys(name[:200] for line in text.splitlines() if (name := " ".join(line.split()))))


def coming_dates(company: Company) -> Any:
    """The next dates with seats left of trainings that fit the company, each with its article; a few."""
    fitting = Article.objects.fitting(company).filter(kind=Article.Kind.TRAINING)
    dates = TrainingDate.objects.coming().filter(article__in=fitting).select_related("article").with_taken()
    return dates.filter(taken__lt=F("seats"))[:MOST_SHOWN]


def date_refusal(date: Any, quantity: int, participants: str) -> str:
    """Why so many seats for these participants cannot be booked, or "". The date comes from .with_taken()."""
    if date.is_called_off:
        return _("this date has been called off")
    if date.has_begun:
        return _("this date is over")
    if date.free < quantity:
        if not date.free:
            return _("this date is fully booked")
        return ngettext("only %(free)d seat is free", "only %(free)d seats are free", date.free) % {"free": date.free}
    if len(names_in(participants)) != quantity:
        return ngettext("please name %(count)d participant", "please name %(count)d participants", quantity) % {
            "count": quantity
        }
    return ""


@transaction.atomic
def book(
    date: TrainingDate,
    company: Company,
    participants: list[str],
    *,
    by: User | None,
    order_number: str = "",
    tell: bool = True,
) -> list[Booking]:
    """Book a seat for each named participant; returns the Bookings. The mail of the order says so.

    Raises Refused when the date is over, called off, or has fewer free seats. The row of the date is locked
    until the caller's transaction ends, so that two buyers never get the last seat both.
    """
    held: Any = TrainingDate.objects.select_for_update().get(pk=date.pk)
    date = held
    held.taken = date.bookings.taken().count()
    names = "\n".join(participants)
    if refusal := date_refusal(date, len(participants), names):
        raise Refused(f"{date.article.name}, {day_of(date)}: {refusal}")
    return Booking.objects.bulk_create(
        Booking(date=date, company=company, participant=name, booked_by=by, order_number=order_number)
        for name in participants
    )


def book_lines(lines: Iterable[Any], company: Company, *, by: User | None, order_number: str) -> None:
    """Book the seats of all training lines of a cart (shop.cart.Line). Raises Refused."""
    # By rising id, so that two orders with the same dates never wait for each other.
    for line in sorted((line for line in lines if line.row.date_id), key=lambda line: line.row.date_id):
        book(line.row.date, company, line.participants, by=by, order_number=order_number)


@transaction.atomic
def release(booking: Booking, *, by: User | None) -> Booking:
    """Give a seat back on behalf of the customer. Raises Refused after the stated day."""
    booking = (
        Booking.objects.select_for_update(of=["self"]).select_related("date__article", "company").get(pk=booking.pk)
    )
    if booking.released_at:
        return booking
    if not booking.date.may_cancel:
        day = date_format(booking.date.cancel_until, "d.m.Y")
        words = {"day": day, "phone": settings.BRAND["phone"]}
        raise Refused(_("Cancelling was possible until %(day)s. Please call us: %(phone)s") % words)
    mail_released(booking, by)
    return _release(booking, by)


@transaction.atomic
def release_order(company: Company, order_number: str, *, by: User | None, date: TrainingDate | None = None) -> int:
    """Give back all seats of an order that is cancelled or declined, whatever the day. Returns how many.

    date: only those of this TrainingDate.
    """
    rows = company.training_bookings.taken().select_for_update().filter(order_number=order_number)
    rows = rows.filter(date=date) if date else rows
    return len([_release(booking, by) for booking in rows])


def _release(booking: Booking, by: User | None) -> Booking:
    booking.released_at, booking.released_by = timezone.now(), by
    booking.save(update_fields=["released_at", "released_by"])
    return booking


@transaction.atomic
def rename(booking: Booking, name: str) -> Booking:
    """Somebody else comes in their place. Raises Refused once the training has begun."""
    if booking.released_at or booking.date.has_begun:
        raise Refused(_("This seat can no longer be changed."))
    booking.participant = name
    booking.save(update_fields=["participant"])
    return booking


def day_of(date: TrainingDate) -> str:
    """ "12.01.2027 09:00" in the portal's time zone."""
    return date_format(timezone.localtime(date.starts_at), "d.m.Y H:i")
