"""The cart of a person at a company: what is in it now, at today's prices and by today's fit."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Company, User
from portal.lib.refusals import Refused
from portal.lib.searching import IsAnyOf
from portal.lib.standing import Standing

from .models import Article, Cart, CartLine, TrainingDate
from .models.price import IDS, add_prices
from .prices import LARGEST_SUM, Sums, price_steps, rounded, sums_of_lines, unit_price
from .quantities import quantity_refusal
from .rent import duration, how_much, per, periods_refusal, seats
from .trainings import date_refusal, names_in
from .vat import Treatment, treatment_of

MOST_LINES = 200


class CartRefused(Refused):
    """It cannot go into the cart, or not in this way."""


class LineGone(CartRefused):
    """The line has been ordered or taken out meanwhile, in another tab or on another device."""


@dataclass
class Line:
    """A cart line as it stands today. price and net in euro; fits: whether the company may order the article at all.

    A rent's quantity is seats, its price per seat and month, its net for all months. problem: a sentence why the line
    cannot be ordered as it is, or "".
    """

    row: CartLine
    article: Article
    quantity: int
    price: Decimal
    fits: bool
    vat_rate: Decimal
    problem: str = ""
    successor: Article | None = None

    @property
    def months(self) -> int | None:
        """For how long a rent is taken; None for all else."""
        return self.row.periods * self.article.months if self.article.is_rent else None

    @property
    def net(self) -> Decimal:
        return rounded(self.price * self.quantity * (self.months or 1))

    @property
    def monthly(self) -> Decimal:
        """Euro net of all seats per month; 0 for what is paid once."""
        return rounded(self.price * self.quantity) if self.article.is_rent else Decimal(0)

    @property
    def next_step(self) -> tuple[str, Decimal] | None:
        """(how many more, the lower price they lead to): "1 Stunde", "4 seats"; None where no price is lower."""
        for least, price in price_steps(self.article):
            if least > self.quantity and price < self.price:
                more = least - self.quantity
                return seats(more) if self.article.is_rent else how_much(more, self.article.unit, None), price
        return None

    @property
    def how_much(self) -> str:
        """ "5 Stunde", "5 seats, 12 months"."""
        return how_much(self.quantity, self.article.unit, self.months)

    @property
    def per(self) -> str:
        """ "per Stunde", "per seat and month"."""
        return per(self.article.unit, is_rent=self.article.is_rent)

    @property
    def has_new_price(self) -> bool:
        return self.fits and self.price != self.row.seen_price

    @property
    def new_duration(self) -> tuple[str, str] | None:
        """(how long the rent was when it was put in, how long it is now), where that is not the same.

        The first is "" for what was no rent then, or was put in when nothing was said of it.
        """
        seen = self.row.seen_months
        if not self.fits or not self.months or seen == self.article.months:
            return None
        return duration(seen * self.row.periods) if seen else "", duration(self.months)

    @property
    def has_news(self) -> bool:
        """Whether price or duration are not what was on screen when it was put in or last confirmed."""
        return self.has_new_price or self.new_duration is not None

    @property
    def participants(self) -> list[str]:
        """Names of who comes to the training."""
        return names_in(self.row.participants)


@dataclass
class CartView:
    """All lines with their sums; only what can be ordered counts."""

    lines: list[Line]
    treatment: Treatment

    @property
    def orderable(self) -> list[Line]:
        return [line for line in self.lines if not line.problem]

    @property
    def has_new_prices(self) -> bool:
        return any(line.has_news for line in self.lines)

    @property
    def has_changes(self) -> bool:
        return any(line.has_news or line.problem for line in self.lines)

    @property
    def vat_reason(self) -> str:
        """The sentence that goes with the VAT, such as for reverse charge, or ""."""
        return self.treatment.reason

    @property
    def sums(self) -> Sums:
        return sums_of_lines(self.orderable)


def lines_of(company: Company, user: User) -> QuerySet[CartLine]:
    """The stored lines of a person's cart at a company."""
    return CartLine.objects.of(company, user)


def locked_cart(company: Company, user: User) -> Cart:
    """The person's cart, made where there is none, and held until the transaction ends.

    Whoever writes lines holds it: clicks of two tabs, and an order, come one after the other.
    """
    cart, _new = Cart.objects.select_for_update().get_or_create(company=company, user=user)
    return cart


def read_cart(company: Company, user: User) -> CartView:
    """The person's cart at this company. Three queries, whatever its size; one more abroad or for successors."""
    rows = LINES(company=company.pk, user=user.pk)
    articles = _articles(company, [row.article_id for row in rows])
    cart, net = CartView([], treatment_of(company)), Decimal(0)
    for row in rows:
        article = articles[row.article_id]
        rate, price = cart.treatment.rate(article), unit_price(article, row.quantity)
        line = Line(row, article, row.quantity, price, article.is_fitting, rate)
        line.problem = _problem(line, cart.lines) or _sum_problem(line, net)
        net += 0 if line.problem else line.net
        cart.lines.append(line)
    _find_successors(cart, company)
    return cart


def _lines(company: int, user: int) -> QuerySet[CartLine]:
    taken = Count("date__bookings", filter=Q(date__bookings__released_at=None))
    return CartLine.objects.of(company, user).select_related("date").annotate(taken=taken)


LINES = Standing(_lines, company=int, user=int)


def _articles(company: Company, ids: list[int]) -> dict[int, Any]:
    found = IN_CART(company.has_ended, company=company.pk, articles=ids) if ids else []
    return {article.pk: article for article in add_prices(found, company)}


def _in_cart(has_ended: bool, company: int, articles: list[int]) -> QuerySet[Article]:
    at = Company.stand_in(company, has_ended)
    excluded = Article.excludes.through.objects.filter(from_article=OuterRef("pk")).values("to_article")
    made_for = at.licences.running().filter(product__fit_rows__article=OuterRef("pk"))
    found = Article.objects.filter(IsAnyOf("pk", Value(articles, output_field=IDS))).with_fit(at).with_seats(at)
    return found.order_by().annotate(
        excluded_ids=ArraySubquery(excluded),
        has_licence=Exists(made_for),
        has_dates=Exists(TrainingDate.objects.coming().filter(article=OuterRef("pk"))),
    )


IN_CART = Standing(_in_cart, company=int, articles=list)


def _problem(line: Line, before: list[Line]) -> str:
    """Why the line cannot be ordered as it is, given the lines before it."""
    article: Any = line.article
    if not article.is_active:
        return _("is not sold any more")
    if not article.is_fitting:
        return (
            _("no longer fits your licences") if article.has_licence else _("your licence for it does not run any more")
        )
    if rival := next(
        (other for other in before if other.article.pk in article.excluded_ids and not other.problem), None
    ):
        return _("cannot be ordered together with “%(name)s”") % {"name": rival.article.name}
    refusal = quantity_refusal(article, line.quantity) or periods_refusal(article, line.row.periods)
    return refusal or _date_problem(line)


def _sum_problem(line: Line, before: Decimal) -> str:
    """Why a line is too much beside the sum of those before it."""
    return _("makes the order too large; please ask us for an offer") if before + line.net > LARGEST_SUM else ""


def _date_problem(line: Any) -> str:
    if line.row.date is None:
        return _("please choose a date") if line.article.has_dates else ""
    line.row.date.taken = line.row.taken
    return date_refusal(line.row.date, line.quantity, line.row.participants)


def _find_successors(cart: CartView, company: Company) -> None:
    wanted = {line.article.successor_id: line for line in cart.lines if not line.fits and line.article.successor_id}
    if wanted:
        for article in Article.objects.fitting(company).filter(pk__in=wanted):
            wanted[article.pk].successor = article


@transaction.atomic
def put(
    company: Company,
    user: User,
    article: Article,
    quantity: int,
    *,
    on_top: bool = True,
    periods: int | None = None,
    date: TrainingDate | None = None,
    participants: str = "",
) -> CartLine:
    """Put an article into the cart, on top of what is there or instead of it; its price counts as seen.

    periods: for a rent, for how many; all its seats in the cart run as long as was chosen last, without a choice as
    long as they did. date, participants: for a training, its TrainingDate and the names, one per line.
    Raises CartRefused when the quantity, the periods or the number of lines is out of range.
    """
    cart = locked_cart(company, user)
    lines = cart.lines.all()
    line = lines.filter(article=article, date=date).first() or _new_line(cart, article, date=date)
    quantity += line.quantity if on_top else 0
    if date:
        # A seat for each name; one typed twice is one seat.
        lines.filter(article=article, date=None).delete()
        names = names_in(f"{line.participants}\n{participants}" if on_top else participants)
        quantity, line.participants = len(names), "\n".join(names)
    line.periods = _periods(article, periods or line.periods)
    if refusal := quantity_refusal(article, quantity, company) or periods_refusal(article, line.periods):
        raise CartRefused(refusal)
    if not line.pk and lines.count() >= MOST_LINES:
        raise CartRefused(_("A cart holds at most %(most)d different articles.") % {"most": MOST_LINES})
    line.quantity = quantity
    _saw(line, article)
    line.save()
    _touch(cart)
    return line


def _new_line(cart: Cart, article: Article, **more: Any) -> CartLine:
    return CartLine(cart=cart, article=article, quantity=0, periods=article.min_periods, **more)


def _periods(article: Article, periods: int) -> int:
    return periods if article.is_rent else 1


def _saw(line: CartLine, article: Article) -> None:
    """Today's price and duration of the line's article count as seen."""
    line.seen_price = unit_price(article, line.quantity)
    line.seen_months = article.months if article.is_rent else None


def _touch(cart: Cart) -> None:
    cart.changed_at = timezone.now()
    cart.save(update_fields=["changed_at"])


@transaction.atomic
def change(
    company: Company,
    user: User,
    row: CartLine,
    *,
    quantity: int | None = None,
    periods: int | None = None,
    participants: str = "",
) -> CartLine:
    """Give a line of the cart another quantity, for a rent other periods, or for a training other names.

    Raises LineGone when it is not in the cart any more, CartRefused also for what no longer fits.
    """
    locked_cart(company, user)
    line = _still_there(company, user, row)
    article = Article.objects.fitting(company).with_prices(company).filter(pk=line.article_id).first()
    if article is None:
        raise CartRefused(_("This article no longer fits your licences."))
    date, names = (line.date, participants) if line.date_id else (None, "")
    quantity = quantity or line.quantity
    return put(company, user, article, quantity, on_top=False, periods=periods, date=date, participants=names)


@transaction.atomic
def take_out(company: Company, user: User, row: CartLine) -> None:
    """Take a line out of the cart. Raises LineGone when it is not there any more."""
    cart = locked_cart(company, user)
    _still_there(company, user, row).delete()
    _touch(cart)


def _still_there(company: Company, user: User, row: CartLine) -> CartLine:
    line = lines_of(company, user).select_related("date").filter(pk=row.pk).first()
    if line is None:
        raise LineGone(_("This line is no longer in your cart."))
    return line


@transaction.atomic
def empty(company: Company, user: User) -> None:
    """Take everything out of the cart."""
    locked_cart(company, user).lines.all().delete()


class Wanted(NamedTuple):
    """An article to be put into a cart. periods: for a rent, as for put()."""

    article: Article
    quantity: int
    periods: int | None = None


@transaction.atomic
def put_many(company: Company, user: User, wanted: Iterable[tuple[Article, int] | Wanted]) -> list[tuple[Article, str]]:
    """Put what is Wanted into the cart, on top of what is there. Returns [(article, why not)] of the refused.

    The articles come from .with_prices(company).with_seats(company). A handful of queries, however many they are.
    """
    cart = locked_cart(company, user)
    lines = {line.article_id: line for line in cart.lines.filter(date=None)}
    basket = _Basket(cart, lines, MOST_LINES - cart.lines.count())
    wishes = [Wanted(*wish) for wish in wanted]
    refused = [(wish.article, refusal) for wish in wishes if (refusal := basket.take(wish))]
    CartLine.objects.bulk_create(basket.new.values())
    CartLine.objects.bulk_update(basket.changed.values(), ["quantity", "periods", "seen_price", "seen_months"])
    _touch(cart)
    return refused


@dataclass
class _Basket:
    """What is put in at once. lines: those of the cart by article; room: how many more it holds."""

    cart: Cart
    lines: dict[int, CartLine]
    room: int
    new: dict[int, CartLine] = field(default_factory=dict)
    changed: dict[int, CartLine] = field(default_factory=dict)

    def take(self, wish: Wanted) -> str:
        """Take what is wanted, or return why not."""
        article = wish.article
        line = self.lines.get(article.pk) or _new_line(self.cart, article)
        periods, quantity = _periods(article, wish.periods or line.periods), line.quantity + wish.quantity
        if refusal := quantity_refusal(article, quantity) or periods_refusal(article, periods):
            return refusal
        if not line.pk and len(self.new) >= self.room and article.pk not in self.new:
            return _("A cart holds at most %(most)d different articles.") % {"most": MOST_LINES}
        line.quantity, line.periods = quantity, periods
        _saw(line, article)
        self.lines[article.pk] = (self.changed if line.pk else self.new)[article.pk] = line
        return ""


@transaction.atomic
def confirm_prices(company: Company, user: User) -> None:
    """Today's prices, and the periods of rents, count as seen."""
    locked_cart(company, user)
    for line in read_cart(company, user).lines:
        if line.has_news:
            _saw(line.row, line.article)
            line.row.save(update_fields=["seen_price", "seen_months"])
