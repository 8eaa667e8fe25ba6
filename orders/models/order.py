import uuid
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Concat, TruncMonth
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models import Document
from portal.lib.searching import indexes_of, kept, words_of
from shop.prices import sums_of_lines
from shop.rent import how_much, per

from ..naming import named
from .words import OrderWords

REASON = 300
# Up to so many orders that a search found are asked for by their ids.
MOST_BY_ID = 500
# What an order comes to without the lines that were declined, euro net.
COUNTED_NET = Coalesce("valid_net", "net")
# The history's name for what the ERP's tables say of orders that are not the portal's own.
ERP = "ERP"


TO_DO = ["waiting", "received", "offered", "accepted", "partly"]


class MonthSum(NamedTuple):
    """A company's orders of a month in Berlin and of one state: euro net that counts and as ordered, and how many.

    group: what the state means to who reads: "asks" for what waits for them, "work", "fulfilled" or "cancelled".
    """

    year: int
    month: int
    state: str
    group: str
    net: Decimal
    ordered: Decimal
    count: int

    @classmethod
    def of(cls, month, *rest):
        """Of a row that names the first day of the month: that is computed once for each order, not year and month."""
        return cls(month.year, month.month, *rest)


def _asks(person, may_approve):
    """The condition for what waits for a person: approvals of others' orders, answers to the vendor's offer."""
    offered = Q(state=Order.State.OFFERED)
    if not may_approve:
        return offered & Q(ordered_by=person)
    return offered | Q(state=Order.State.WAITING) & ~Q(ordered_by=person)


class OrderQuerySet(models.QuerySet):
    def newest_first(self):
        return self.order_by("-placed_at", "-number")

    def open(self):
        """Those that nobody at the vendor has accepted yet."""
        return self.filter(state__in=[Order.State.WAITING, Order.State.RECEIVED])

    def waiting_for(self, person):
        """Those that wait for the approval of somebody who may decide: all but their own."""
        return self.filter(state=Order.State.WAITING).exclude(ordered_by=person)

    def to_decide(self, person):
        """Those that wait for somebody who decides on orders: for their approval, or for the company's answer."""
        return self.filter(Q(state=Order.State.WAITING) & ~Q(ordered_by=person) | Q(state=Order.State.OFFERED))

    def offered(self):
        """Those of which the vendor offers a part; they wait for the customer's answer."""
        return self.filter(state=Order.State.OFFERED)

    def unanswered(self, since):
        """Offered before a moment, not answered, and nobody was reminded."""
        made = OrderEvent.objects.filter(order=OuterRef("pk"), state=Order.State.OFFERED, at__lt=since)
        return self.offered().filter(Exists(made), reminded_at=None)

    def with_confirmation(self):
        """Adds confirmation: the id of the order confirmation filed under the company's documents, or None."""
        papers = (
            Document.objects.visible()
            .served()
            .filter(company=OuterRef("company"), number=Concat(Value("AB-"), OuterRef("number")))
        )
        return self.annotate(confirmation=Subquery(papers.values("pk")[:1]))

    def with_what(self):
        """For lists: adds what an order's name is made of, so that its lines need not be read."""
        lines = OrderLine.objects.filter(order=OuterRef("pk"))
        count = lines.order_by().values("order").values(count=Count("pk"))
        return self.annotate(
            first_names=ArraySubquery(lines.order_by("position").values("name")[:2]),
            line_count=Coalesce(Subquery(count), 0),
        )

    def unconfirmed(self, before):
        """Accepted here before a moment, still in force, and no confirmation was ever filed; of the last two months."""
        State = Order.State
        since = before - timedelta(days=60)
        accepted = OrderEvent.objects.filter(order=OuterRef("pk"), state__in=[State.ACCEPTED, State.PARTLY])
        # What the ERP's tables say of its own orders was confirmed there.
        accepted = accepted.exclude(by_name=ERP)
        papers = Document.objects.filter(company=OuterRef("company"), number=Concat(Value("AB-"), OuterRef("number")))
        standing = self.filter(state__in=CONCLUDED)
        return standing.filter(Exists(accepted.filter(at__lt=before, at__gte=since)), ~Exists(papers))

    def with_article(self, number):
        """Orders that hold an article, by its number then."""
        return self.filter(Exists(OrderLine.objects.filter(order=OuterRef("pk"), article_number=number)))

    def with_group(self, person, *, may_approve):
        """Adds group, as MonthSum tells it."""
        State = Order.State
        groups = Case(
            When(_asks(person, may_approve), then=Value("asks")),
            When(state__in=[State.FULFILLED, State.CANCELLED], then=F("state")),
            default=Value("work"),
            output_field=models.CharField(),
        )
        return self.annotate(group=groups)

    def sums_by_month(self):
        """A MonthSum for each month, state and group; needs with_group. One query."""
        return [MonthSum.of(*row) for row in self.month_sums()]

    def month_sums(self):
        """Rows for MonthSum.of."""
        rows = self.order_by().annotate(month=TruncMonth("placed_at", output_field=models.DateField()))
        sums = rows.values("month", "state", "group").annotate(
            counted=Sum(COUNTED_NET, default=0), ordered=Sum("net", default=0), count=Count("state")
        )
        return sums.values_list("month", "state", "group", "counted", "ordered", "count")

    def waiting_for_staff(self):
        """Orders with an accepted line that the portal could not deliver and that people have to see to."""
        lines = OrderLine.objects.filter(order=OuterRef("pk"), state=OrderLine.State.ACCEPTED)
        return self.filter(Exists(lines.exclude(waits_for="")))

    def searched(self, text):
        """The same as search(), looked for once where few are found: sums and rows are then asked by their ids."""
        if not words_of(text):
            return self
        found = self.search(text)
        ids = list(found.order_by().values_list("pk", flat=True)[: MOST_BY_ID + 1])
        return self.filter(pk__in=ids) if len(ids) <= MOST_BY_ID else found

    def search(self, text):
        """Orders with every word in their number, reference, orderer, or an article's name or number."""
        if not (asked := words_of(text)):
            return self
        # The company once more: its few texts are read then, and not those of all.
        words = OrderWords.objects.filter(order=OuterRef("pk"), company=OuterRef("company"))
        for word in asked:
            words = words.filter(kept(word))
        return self.filter(Exists(words))


class Order(models.Model):
    """A company's order. What was said then - names, addresses, prices, terms - is copied then and never recomputed."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for approval")
        RECEIVED = "received", _("received")
        # Partly accepted is a new offer (§ 150 (2) BGB): no contract before the customer's yes.
        OFFERED = "offered", _("waits for the customer")
        ACCEPTED = "accepted", _("accepted")
        PARTLY = "partly", _("partly accepted")
        FULFILLED = "fulfilled", _("fulfilled")
        CANCELLED = "cancelled", _("cancelled")

    # Addresses carry this id: order numbers count up and would tell how much is sold.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("order number"), max_length=40, unique=True)
    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="orders", verbose_name=_("company"))
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ordered by")
    )
    orderer_name = models.CharField(_("name of the orderer"), max_length=200, blank=True)
    # Who of the vendor's staff placed it for them, on the telephone.
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False, db_index=False
    )
    placed_by_name = models.CharField(_("placed by"), max_length=200, blank=True, db_default="", editable=False)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.RECEIVED)
    placed_at = models.DateTimeField(_("placed"), default=timezone.now)
    address = models.TextField(_("address then"), blank=True)
    reference = models.CharField(_("your reference"), max_length=80, blank=True)
    cost_center = models.CharField(_("cost centre"), max_length=80, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    wished_on = models.DateField(_("wished date"), null=True, blank=True)
    net = models.DecimalField(_("sum, euro net"), max_digits=14, decimal_places=2, default=0)
    vat = models.DecimalField(_("VAT, euro"), max_digits=14, decimal_places=2, default=0)
    # The same without the declined lines; None: none was declined. What was ordered stays as it was ordered.
    valid_net = models.DecimalField(_("sum that counts, euro net"), max_digits=14, decimal_places=2, null=True)
    valid_vat = models.DecimalField(_("VAT that counts, euro"), max_digits=14, decimal_places=2, null=True)
    vat_reason = models.CharField(_("why this VAT"), max_length=300, blank=True, db_default="")
    acceptance = models.ForeignKey(
        "contracts.Acceptance",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("terms accepted"),
    )
    # One per checkout form shown; the same form sent twice meets the row of the first. Empty for imported orders.
    form_key = models.UUIDField(unique=True, null=True, blank=True, editable=False)

    # When the customer was reminded of the vendor's offer.
    reminded_at = models.DateTimeField(_("reminded"), null=True, editable=False)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.CheckConstraint(condition=Q(net__gte=0, vat__gte=0), name="order_sums_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_net=None, valid_vat=None) | Q(valid_net__gte=0, valid_vat__gte=0),
                name="order_valid_sums_not_negative",
            ),
        ]
        indexes = [
            # With what the sums by month need: they are read from the index alone.
            models.Index(
                fields=["company", "-placed_at", "-number"],
                include=["state", "net", "valid_net", "ordered_by"],
                name="order_sums",
            ),
            # What is still to do, such as those that wait for somebody: a few of thousands.
            models.Index(fields=["company", "state"], condition=Q(state__in=TO_DO), name="order_to_do"),
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
            models.Index(fields=["placed_at"], condition=Q(state="received"), name="order_to_accept"),
            *indexes_of("order", "number", "reference", "orderer_name"),
            models.Index(fields=["placed_by"], condition=~Q(placed_by=None), name="order_placed_by"),
        ]

    def __str__(self):
        return self.number

    @property
    def orderer_told(self):
        """Who ordered, and by whom of the vendor's staff it was placed: "Ben Bauer, durch Ada Admin"."""
        if not self.placed_by_name:
            return self.orderer_name
        return _("%(orderer)s, through %(staff)s") % {"orderer": self.orderer_name, "staff": self.placed_by_name}

    @property
    def what(self) -> str:
        """What was ordered, for people: "Zusatzmodul Mahnwesen und 2 weitere"."""
        if hasattr(self, "first_names"):
            return named(self.first_names, self.line_count, self.number)
        names = [line.name for line in self.lines.all()]
        return named(names[:2], len(names), self.number)

    @property
    def gross(self):
        return self.net + self.vat

    @property
    def counted_net(self):
        """Euro net without the declined lines."""
        return self.net if self.valid_net is None else self.valid_net

    @property
    def counted_vat(self):
        return self.vat if self.valid_vat is None else self.valid_vat

    @property
    def counted_gross(self):
        return self.counted_net + self.counted_vat

    @property
    def is_less(self):
        """Whether it counts for less than was ordered."""
        return self.valid_net is not None and (self.valid_net, self.valid_vat) != (self.net, self.vat)

    @property
    def ordered_sums(self):
        """Sums of all lines as ordered, with VAT by rate."""
        return sums_of_lines(self.lines.all())

    @property
    def valid_sums(self):
        """Sums of the lines that the vendor has not declined."""
        return sums_of_lines(line for line in self.lines.all() if not line.is_declined)

    @property
    def has_given(self) -> bool:
        """Whether a licence of the order stands under Downloads."""
        given = self.lines.filter(state=OrderLine.State.DONE, grants__taken_back_at=None, grants__isnull=False)
        return given.exists()

    @property
    def waiting_lines(self) -> "list[OrderLine]":
        """Accepted lines that the portal could not deliver; staff see to them."""
        return [line for line in self.lines.all() if line.waits_for and line.state == OrderLine.State.ACCEPTED]

    @property
    def accepted_lines(self) -> "list[OrderLine]":
        """The lines that the vendor has not declined."""
        return [line for line in self.lines.all() if not line.is_declined]

    @property
    def has_declined(self):
        return any(line.is_declined for line in self.lines.all())

    @property
    def is_open(self):
        """Whether the customer may still cancel: nobody at the vendor has accepted."""
        return self.state in (self.State.WAITING, self.State.RECEIVED)

    @property
    def is_offered(self):
        return self.state == self.State.OFFERED

    @property
    def was_offered(self):
        """Whether the customer was asked about a part, and not the terms decided that."""
        return any(event.state == self.State.OFFERED for event in self.events.all())

    @property
    def was_taken_in_part(self):
        """Whether the vendor's acceptance, not a later change, was for a part."""
        taken = [event.state for event in self.events.all() if event.state in (self.State.ACCEPTED, self.State.PARTLY)]
        return taken[:1] == [self.State.PARTLY]

    @property
    def state_told(self):
        """The state in the customer's own words."""
        return STATES_TOLD.get(self.state, self.state)

    @property
    def tone(self):
        """How the state is shown: "wait", "info", "ok" or "off"."""
        return TONES[self.state]

    def note_event(self, state, *, by, reason=""):
        """Add a step to the order's history. The reasons of many lines may be cut; each line keeps its own."""
        name = by.get_full_name() if by else ""
        return self.events.create(state=state, by=by, by_name=name, reason=reason[:REASON])


TONES = {
    Order.State.WAITING: "wait",
    Order.State.RECEIVED: "info",
    Order.State.OFFERED: "wait",
    Order.State.ACCEPTED: "info",
    Order.State.PARTLY: "info",
    Order.State.FULFILLED: "ok",
    Order.State.CANCELLED: "off",
}
# There is a contract: lines are delivered, marked as done, taken back, and a confirmation is owed.
CONCLUDED = frozenset({Order.State.ACCEPTED, Order.State.PARTLY, Order.State.FULFILLED})
# In the customer's own words, while it is so and afterwards.
TOLD = {Order.State.OFFERED: _("waits for your answer"), Order.State.RECEIVED: _("received by us")}
# All of them; get_state_display makes such a table anew for each row.
STATES_TOLD = {state.value: TOLD.get(state, state.label) for state in Order.State}


class OrderLine(models.Model):
    """An article as ordered. Text and price are copies; the article may be gone."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("order line", "open")
        ACCEPTED = "accepted", pgettext_lazy("order line", "accepted")
        DECLINED = "declined", pgettext_lazy("order line", "declined")
        DONE = "done", pgettext_lazy("order line", "delivered")

    class Waits(models.TextChoices):
        """Why an accepted line was not delivered by the portal, so that staff have to see to it."""

        ARTICLE = "article", _("the article is no longer in the shop")
        PRODUCT = "product", _("we set the licence up by hand, as the article names no product")
        LICENCE = "licence", _("there is no bought licence to maintain")
        ENDLESS = "endless", _("the maintenance runs without end already")
        DATE = "date", _("a date has to be agreed")

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField(_("position"))
    article = models.ForeignKey(
        "shop.Article", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("article")
    )
    article_number = models.CharField(_("article number"), max_length=40, blank=True)
    # What kind of article it was (shop.Article.Kind), and for a training its date.
    kind = models.CharField(_("kind"), max_length=1, blank=True, db_default="")
    training_date = models.ForeignKey(
        "shop.TrainingDate", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("training date")
    )
    details = models.TextField(_("details"), blank=True, db_default="")
    name = models.CharField(_("name"), max_length=200)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.DecimalField(_("price per unit, euro net"), max_digits=12, decimal_places=2)
    # For a rent: the price is per seat and month, the quantity is seats, and it runs for periods of so many months.
    # NULL for all else, and for rents that were ordered before they had periods or come from the ERP without them.
    period_months = models.PositiveSmallIntegerField(_("months of a period"), null=True, blank=True)
    periods = models.PositiveSmallIntegerField(_("periods"), null=True, blank=True)
    vat_rate = models.DecimalField(_("VAT in per cent"), max_digits=4, decimal_places=1)
    net = models.DecimalField(_("sum, euro net"), max_digits=14, decimal_places=2)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.OPEN, db_default=State.OPEN
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True, db_default="")
    waits_for = models.CharField(
        _("waits for staff"), max_length=10, choices=Waits.choices, blank=True, default="", db_default=""
    )
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_quantity_positive"),
            models.CheckConstraint(condition=Q(unit_price__gte=0, net__gte=0), name="order_line_not_negative"),
            models.CheckConstraint(
                condition=Q(period_months=None, periods=None)
                | Q(period_months__gte=1, periods__gte=1, period_months__isnull=False, periods__isnull=False),
                name="order_line_has_whole_periods",
            ),
        ]
        indexes = [
            models.Index(fields=["article"], name="order_line_article"),
            models.Index(fields=["order"], condition=~Q(waits_for=""), name="order_line_waits"),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.name}" if not self.months else f"{self.how_much}: {self.name}"

    @property
    def months(self) -> int | None:
        """For how many months a rent was ordered; None for all else."""
        return self.period_months * self.periods if self.period_months and self.periods else None

    @property
    def monthly(self) -> Decimal:
        """Euro net of all seats per month; 0 for what is paid once."""
        return self.unit_price * self.quantity if self.months else Decimal(0)

    @property
    def whole_price(self) -> Decimal:
        """Euro net of one unit: of a rent, of a seat for as long as it was ordered."""
        return self.unit_price * (self.months or 1)

    @property
    def how_much(self) -> str:
        """ "5 Stunden", or "5 seats, 12 months" for a rent."""
        return how_much(self.quantity, self.unit, self.months)

    @property
    def per(self) -> str:
        """ "per seat and month" behind the price of a rent, else ""."""
        return per("", is_rent=True) if self.months else ""

    @property
    def is_declined(self):
        return self.state == self.State.DECLINED

    @property
    def is_delivered(self):
        return self.state == self.State.DONE


class OrderEvent(models.Model):
    """A step in an order's life: the state it reached, when, by whom, and why."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="events")
    state = models.CharField(_("state"), max_length=12, choices=Order.State.choices)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    by_name = models.CharField(_("by"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=REASON, blank=True)
    # The ERP's cursor: given by orders.feed once the event is committed, in the order in which it can be seen.
    place = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["place"], name="order_event_place_once")]
        indexes = [models.Index(fields=["id"], condition=Q(place=None), name="order_event_without_place")]

    def __str__(self):
        return f"{self.order_id} {self.state}"
