"""What a rent is: seats for whole periods of months, at a price per seat and month."""

from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.lib.units import is_whole, unit_of, with_unit

from .models import Article


class Rented(Protocol):
    """A line of a cart, a list or an order. months: for how long in all; None where it is no rent."""

    quantity: int

    @property
    def months(self) -> int | None: ...


def duration(months: int) -> str:
    """ "1 month", "24 months"."""
    return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}


def seats(count: int) -> str:
    """ "1 seat", "5 seats"."""
    return ngettext("%(count)d seat", "%(count)d seats", count) % {"count": count}


def how_much(quantity: int, unit: str, months: int | None) -> str:
    """ "5 Stunden" as it is sold, "5 seats, 12 months" for a rent."""
    return f"{seats(quantity)}, {duration(months)}" if months else with_unit(quantity, unit)


def per(unit: str, *, is_rent: bool) -> str:
    """What a price is for: "per Stunde", "per seat and month"."""
    if is_rent:
        return _("per seat and month")
    return unit_of(unit) if is_whole(unit) else f"{_('per')} {unit_of(unit)}"


def periods_offered(article: Article) -> list[tuple[int, str]]:
    """[(periods, "24 months")] that may be chosen; one where the article leaves no choice."""
    return [(periods, duration(periods * article.months)) for periods in article.periods]


def periods_refusal(article: Article, periods: int) -> str:
    """Why a rent cannot run for so many periods, in a sentence, or ""."""
    if not article.is_rent or periods in article.periods:
        return ""
    least, most = article.periods[0] * article.months, article.periods[-1] * article.months
    if least == most:
        return _("This is rented for %(duration)s.") % {"duration": duration(least)}
    words = {"step": duration(article.months), "least": duration(least), "most": duration(most)}
    return _("This is rented by %(step)s, for %(least)s to %(most)s.") % words


def periods_in(article: Article, months: int) -> int:
    """How many whole periods so many months are; 0 where they are not whole ones."""
    return 0 if months % article.months else months // article.months


def periods_like(article: Article, months: int | None) -> int:
    """The periods to offer where somebody had so many months before; the article's least where that is not possible."""
    periods = periods_in(article, months) if months else 0
    return periods if article.is_rent and periods in article.periods else article.min_periods
