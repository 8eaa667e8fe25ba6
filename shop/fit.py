"""Why an article fits a company or not, in words. What is allowed is decided by the queryset alone (models/fit.py)."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from contracts.models import Licence

from .models import Article
from .models.fit import CONFIRMED, Fit


@dataclass(frozen=True)
class Reason:
    """One sentence. holds: whether this condition is met."""

    holds: bool
    text: str


@dataclass(frozen=True)
class Answer:
    """Whether the article fits, and everything that speaks for and against it."""

    fits: bool
    reasons: list


def explain(company, article):
    """An Answer for one article and one company: the same rule as Article.objects.fitting, in sentences for staff."""
    opened = [_opens(company, row) for row in article.fit_rows.select_related("product")]
    must = [*_sold(company, article), *_required(company, article), *_excluded(company, article)]
    if not opened:
        opened = [Reason(False, _("The article is made for no product."))]
    fits = any(reason.holds for reason in opened) and all(reason.holds for reason in must)
    return Answer(fits, [*must, *opened])


def _sold(company, article):
    yield Reason(article.is_active, _("On sale.") if article.is_active else _("Not on sale any more."))
    if company.has_ended:
        day = date_format(company.ended_on, "d.m.Y")
        yield Reason(False, _("The company's contract ended on %(day)s.") % {"day": day})


def _opens(company, row):
    """Whether one of the company's licences of this product opens the article; else what is wrong with the best."""
    licences = company.licences.filter(product=row.product).with_cover().order_by("-seats", "pk")
    judged = [_judge(licence, row) for licence in licences]
    best = min(judged, default=(9, _("no licence")))
    return Reason(best[0] == 0, f"{row.product.name}: {best[1]}")


def _judge(licence, row):
    """(0, praise) for a licence that opens the article, else (how far it got, what is missing)."""
    name = {"number": licence.number}
    if not licence.is_running:
        return 4, _("licence %(number)s does not run today") % name
    if licence.seats < row.min_seats:
        return 3, _seats(licence.seats, row.min_seats)
    if row.needs_care and not _is_cared_for(licence, row.needs_care):
        return 2, _("maintenance (%(kind)s) is not in force") % {"kind": row.get_needs_care_display()}
    if row.from_day and licence.covered_until < row.from_day:
        return 1, _("licence %(number)s does not cover version %(version)s") % {**name, "version": row.from_version}
    runs = ngettext(
        "licence %(number)s is valid, %(seats)d seat", "licence %(number)s is valid, %(seats)d seats", licence.seats
    )
    return 0, runs % {**name, "seats": licence.seats}


def _seats(have, need):
    sentence = ngettext("%(have)d of %(need)d seat licensed", "%(have)d of %(need)d seats licensed", need)
    return sentence % {"have": have, "need": need}


def _is_cared_for(licence, care):
    if licence.kind == Licence.Kind.RENTED:
        return True
    running = licence.maintenance.running()
    return (running.filter(kind=care) if care != Fit.Care.ANY else running).exists()


def _required(company, article):
    for other in article.requires.select_related("grants"):
        holds = _holds(company, other) or company.orders.filter(state__in=CONFIRMED, lines__article=other).exists()
        text = _("Requires %(article)s, which the company has.") if holds else _("Requires %(article)s.")
        yield Reason(holds, text % {"article": other})


def _excluded(company, article):
    for other in article.excludes.select_related("grants"):
        if _holds(company, other):
            yield Reason(False, _("Excluded by %(article)s, which the company has.") % {"article": other})


def _holds(company, article):
    return bool(article.grants) and company.licences.running().filter(product=article.grants).exists()


def successor_of(article, company):
    """The first article down the line of successors that fits the company, or None."""
    seen = {article.pk}
    while article.successor_id and article.successor_id not in seen:
        seen.add(article.successor_id)
        article = article.successor
        if found := Article.objects.fitting(company).with_prices(company).filter(pk=article.pk).first():
            return found
    return None
