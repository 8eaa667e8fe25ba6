"""The cart of a person at a company: what is in it now, at today's prices and by today's fit."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Company
from portal.lib.refusals import Refused

from .models import Article, Cart, CartLine, TrainingDate
from .prices import LARGEST_SUM, rounded, sums_of, unit_price
from .quantities import quantity_refusal
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

    problem: a sentence why the line cannot be ordered as it is, or "".
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
    def net(self):
        return rounded(self.price * self.quantity)

    @property
    def has_new_price(self):
        return self.fits and self.price != self.row.seen_price

    @property
    def participants(self):
        """Names of who comes to the training."""
        return names_in(self.row.participants)


@dataclass
class CartView:
    """All lines with their sums; only what can be ordered counts."""

    lines: list
    treatment: Treatment

    @property
    def orderable(self):
        return [line for line in self.lines if not line.problem]

    @property
    def units(self):
        """How many units are in it, as the header counts them."""
        return sum(line.quantity for line in self.lines)

    @property
    def has_new_prices(self):
        return any(line.has_new_price for line in self.lines)

    @property
    def has_changes(self):
        return any(line.has_new_price or line.problem for line in self.lines)

    @property
    def vat_reason(self):
        """The sentence that goes with the VAT, such as for reverse charge, or ""."""
        return self.treatment.reason

    @property
    def sums(self):
        return sums_of((line.net, line.vat_rate) for line in self.orderable)


def lines_of(company, user):
    """The stored lines of a person's cart at a company."""
    return CartLine.objects.of(company, user)


def locked_cart(company: Company, user: AbstractBaseUser) -> Cart:
    """The person's cart, made where there is none, and held until the transaction ends.

    Whoever writes lines holds it: clicks of two tabs, and an order, come one after the other.
    """
    cart, _new = Cart.objects.select_for_update().get_or_create(company=company, user=user)
    return cart


def read_cart(company, user):
    """The person's cart at this company. Three queries, whatever its size; one more abroad or for successors."""
    taken = Count("date__bookings", filter=Q(date__bookings__released_at=None))
    rows = list(lines_of(company, user).select_related("date").annotate(taken=taken))
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


def _articles(company, ids):
    excluded = Article.excludes.through.objects.filter(from_article=OuterRef("pk")).values("to_article")
    made_for = company.licences.running().filter(product__fit_rows__article=OuterRef("pk"))
    articles = Article.objects.filter(pk__in=ids).with_fit(company).with_seats(company).with_prices(company)
    return articles.annotate(
        excluded_ids=ArraySubquery(excluded),
        has_licence=Exists(made_for),
        has_dates=Exists(TrainingDate.objects.coming().filter(article=OuterRef("pk"))),
    ).in_bulk()


def _problem(line, before):
    """Why the line cannot be ordered as it is, given the lines before it."""
    article = line.article
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
    return quantity_refusal(article, line.quantity) or _date_problem(line)


def _sum_problem(line, before):
    """Why a line is too much beside the sum of those before it."""
    return _("makes the order too large; please ask us for an offer") if before + line.net > LARGEST_SUM else ""


def _date_problem(line):
    if line.row.date is None:
        return _("please choose a date") if line.article.has_dates else ""
    line.row.date.taken = line.row.taken
    return date_refusal(line.row.date, line.quantity, line.row.participants)


def _find_successors(cart, company):
    wanted = {line.article.successor_id: line for line in cart.lines if not line.fits and line.article.successor_id}
    if wanted:
        for article in Article.objects.fitting(company).filter(pk__in=wanted):
            wanted[article.pk].successor = article


@transaction.atomic
def put(company, user, article, quantity, *, on_top=True, date=None, participants=""):
    """Put an article into the cart, on top of what is there or instead of it; its price counts as seen.

    date, participants: for a training, its TrainingDate and the names, one per line.
    Raises CartRefused when the quantity or the number of lines is out of range.
    """
    cart = locked_cart(company, user)
    lines = cart.lines.all()
    line = lines.filter(article=article, date=date).first() or CartLine(
        cart=cart, article=article, date=date, quantity=0
    )
    quantity += line.quantity if on_top else 0
    if date:
        # A seat for each name; one typed twice is one seat.
        lines.filter(article=article, date=None).delete()
        names = names_in(f"{line.participants}\n{participants}" if on_top else participants)
        quantity, line.participants = len(names), "\n".join(names)
    if refusal := quantity_refusal(article, quantity, company):
        raise CartRefused(refusal)
    if not line.pk and lines.count() >= MOST_LINES:
        raise CartRefused(_("A cart holds at most %(most)d different articles.") % {"most": MOST_LINES})
    line.quantity = quantity
    line.seen_price = unit_price(article, quantity)
    line.save()
    _touch(cart)
    return line


def _touch(cart):
    cart.changed_at = timezone.now()
    cart.save(update_fields=["changed_at"])


@transaction.atomic
def change(
    company: Company, user: AbstractBaseUser, row: CartLine, *, quantity: int | None = None, participants: str = ""
) -> CartLine:
    """Give a line of the cart another quantity, or for a training other names.

    Raises LineGone when it is not in the cart any more, CartRefused also for what no longer fits.
    """
    locked_cart(company, user)
    line = _still_there(company, user, row)
    article = Article.objects.fitting(company).with_prices(company).filter(pk=line.article_id).first()
    if article is None:
        raise CartRefused(_("This article no longer fits your licences."))
    names = {"date": line.date, "participants": participants} if line.date_id else {}
    return put(company, user, article, quantity or line.quantity, on_top=False, **names)


@transaction.atomic
def take_out(company: Company, user: AbstractBaseUser, row: CartLine) -> None:
    """Take a line out of the cart. Raises LineGone when it is not there any more."""
    cart = locked_cart(company, user)
    _still_there(company, user, row).delete()
    _touch(cart)


def _still_there(company, user, row):
    line = lines_of(company, user).select_related("date").filter(pk=row.pk).first()
    if line is None:
        raise LineGone(_("This line is no longer in your cart."))
    return line


@transaction.atomic
def empty(company: Company, user: AbstractBaseUser) -> None:
    """Take everything out of the cart."""
    locked_cart(company, user).lines.all().delete()


@transaction.atomic
def put_many(company, user, wanted):
    """Put [(article, quantity)] into the cart, on top of what is there. Returns [(article, why not)] of the refused.

    The articles come from .with_prices(company).with_seats(company). A handful of queries, however many they are.
    """
    cart = locked_cart(company, user)
    lines = {line.article_id: line for line in cart.lines.filter(date=None)}
    room, new, changed, refused = MOST_LINES - cart.lines.count(), {}, {}, []
    for article, quantity in wanted:
        line = lines.setdefault(article.pk, CartLine(cart=cart, article=article, quantity=0))
        refusal = quantity_refusal(article, line.quantity + quantity)
        if not refusal and not line.pk and len(new) >= room and article.pk not in new:
            refusal = _("A cart holds at most %(most)d different articles.") % {"most": MOST_LINES}
        if refusal:
            refused.append((article, refusal))
            continue
        line.quantity += quantity
        line.seen_price = unit_price(article, line.quantity)
        (changed if line.pk else new)[article.pk] = line
    CartLine.objects.bulk_create(new.values())
    CartLine.objects.bulk_update(changed.values(), ["quantity", "seen_price"])
    _touch(cart)
    return refused


@transaction.atomic
def confirm_prices(company, user):
    """Today's prices count as seen."""
    locked_cart(company, user)
    for line in read_cart(company, user).lines:
        if line.has_new_price:
            line.row.seen_price = line.price
            line.row.save(update_fields=["seen_price"])
