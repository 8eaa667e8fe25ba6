import datetime as dt
from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext
from heroicons.templatetags import heroicons

from portal.lib.marking import marked
from portal.lib.tags import money
from shop import prices, rent
from shop.models import Article

register = template.Library()
MOST_NAMES = 4
register.filter("price_steps", prices.price_steps)
register.filter("unit_price", prices.unit_price)
register.filter("is_own_price", prices.is_own_price)
register.filter("marked", marked)
register.filter("periods_offered", rent.periods_offered)
register.filter("duration", rent.duration)

SIGNS = {
    Article.Kind.SOFTWARE: "puzzle-piece",
    Article.Kind.RENT: "arrow-path",
    Article.Kind.SERVICE: "wrench-screwdriver",
    Article.Kind.TRAINING: "academic-cap",
    Article.Kind.FLAT: "briefcase",
}


@register.simple_tag
@lru_cache
def icon(style, name, size):
    """An icon of heroicons, drawn once per process instead of once per row."""
    return getattr(heroicons, f"heroicon_{style}")(name, size=size, **{"class": "icon", "aria_hidden": "true"})


@register.simple_tag
@lru_cache
def symbols():
    """The icons that the rows of the list use, once per page; each row refers to them by <use>."""
    wanted = [("sign-" + kind, icon("outline", sign, 24)) for kind, sign in SIGNS.items()]
    drawn = (_symbol(name, svg) for name, svg in [*wanted, ("sign-check", icon("mini", "check", 20))])
    # Not hidden: an <svg> knows no such attribute.
    svg = '<svg class="sprite" width="0" height="0" aria-hidden="true">{}</svg>'
    return format_html(svg, mark_safe("".join(drawn)))  # noqa: S308 - drawn by the package


def _symbol(name, svg):
    return svg.replace("<svg", f'<symbol id="{name}"', 1).replace("</svg>", "</symbol>").replace('class="icon"', "")


@register.filter
def per(article):
    """What the price of an article is for: "per Stück", "per seat and month"."""
    return rent.per(article.unit, is_rent=article.is_rent)


@register.filter
def fits_told(products):
    """Of the names of a company's products: "fits your licence DOMUS 4000". For rows, as the two below."""
    text = ngettext("fits your licence %(products)s", "fits your licences %(products)s", len(products))
    return text % {"products": ", ".join(products)}


@register.filter
def from_told(step):
    """Of a (quantity, price): "from 5: 94,05 €"."""
    return gettext("from %(quantity)s: %(price)s") % {"quantity": step[0], "price": money(step[1])}


@register.filter
def add_told(article):
    return gettext("Add to cart: %(name)s") % {"name": article.name}


@register.filter
def how_much(line):
    """Of a line of a list: "5 Stück", "5 seats, 12 months"."""
    months = line.periods * line.article.months if line.article.is_rent else None
    return rent.how_much(line.quantity, line.article.unit, months)


@register.filter
def least_time(article):
    """How long a rent is taken at least: "12 months"."""
    return rent.duration(article.months * article.min_periods)


@register.filter
def for_least_time(article):
    """Of a rent, euro net for a seat as long as it is rented at least."""
    return prices.unit_price(article, article.min_quantity) * article.months * article.min_periods


@register.filter
def kind_sign(article):
    """The icon of an article's kind."""
    return SIGNS[article.kind]


@register.filter
def has_picture(article):
    return hasattr(article, "picture")


@register.filter
def moment(text):
    """The moment that the database wrote into JSON."""
    return dt.datetime.fromisoformat(text)


@register.filter
def with_labels(kinds, chosen):
    """[(kind, label, count)] in the order of the kinds; the chosen one also where nothing is left of it."""
    return [(kind, kind.label, kinds.get(kind, 0)) for kind in Article.Kind if kinds.get(kind) or kind == chosen]


@register.filter
def names(products):
    """ "DOMUS 4000, Modul Heizkosten und DOMUS NAVI"; of many only the first."""
    found = [name for _number, name in products]
    if len(found) > MOST_NAMES:
        count = len(found) - MOST_NAMES
        more = ngettext("%(names)s and %(count)d more program", "%(names)s and %(count)d more programs", count)
        return more % {"names": ", ".join(found[:MOST_NAMES]), "count": count}
    return get_text_list(found, gettext("and"))
