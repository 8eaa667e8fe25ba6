"""What waits for the vendor's staff: each kind with how many, since when, and the way to them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import CharField, DateTimeField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.models import AccessRequest, TakeOver
from accounts.models import Company, DeletionRequest, NameChange, User
from contracts.models import ElectronicInvoice, Objection, Publication, Terms
from downloads.models import Upload
from orders.models import Order, WebhookCall
from portal.lib.days import today
from portal.lib.space import WORK
from portal.lib.standing import Standing
from portal.models import ErpRun, MailHandover, Trouble
from shop.models import Miss

# So many are counted; beyond it the page says "and more".
MOST = 100
# Art. 12 (3) GDPR: a month for what a person asks for.
DELETION_DAYS = 30


@dataclass(frozen=True)
class Kind:
    """rows: what waits; since: its moment; about: what the oldest is called; query: narrows the table to them.

    needs: the permission to do something about it. days: after so many it is late; None: it has no time.
    """

    title: str | Promise
    table: str
    query: str
    needs: str
    rows: Callable[[], QuerySet]
    since: str
    about: tuple[str, ...]
    days: int | None = None


@dataclass(frozen=True)
class Waiting:
    """One kind with its number and its oldest; is_more: there are more than were counted."""

    title: str | Promise
    count: int
    is_more: bool
    url: str
    about: str
    since: datetime | None
    is_late: bool


KINDS = [
    Kind(
        _("Accept orders"), "orders.order", "state__exact=received", "orders.change_order",
        lambda: Order.objects.filter(state=Order.State.RECEIVED), "placed_at", ("number", "company__name"), 2,
    ),
    Kind(
        _("Changes of company name"), "accounts.namechange", "state__exact=waiting", "accounts.change_namechange",
        lambda: NameChange.objects.waiting(), "asked_at", ("company__name",), 5,
    ),
    Kind(
        _("Access requests past their time"), "access.accessrequest", "escalated_at__isempty=0&answered_at__isempty=1",
        "access.change_accessrequest",
        lambda: AccessRequest.objects.filter(answered_at=None).exclude(escalated_at=None), "escalated_at",
        ("membership__company__name",), 3,
    ),
    Kind(
        _("Take-overs of the role"), "access.takeover", "state__exact=waiting", "access.change_takeover",
        lambda: TakeOver.objects.filter(state=TakeOver.State.WAITING), "started_at", ("company__name",), 14,
    ),
    Kind(
        _("Objections"), "contracts.objection", "state__exact=waiting", "contracts.change_objection",
        lambda: Objection.objects.filter(state=Objection.State.WAITING), "sent_at", ("company__name",), 14,
    ),
    Kind(
        _("Invoices with faulty XML"), "contracts.electronicinvoice", "xml=wrong", "contracts.change_document",
        lambda: ElectronicInvoice.objects.wrong(), "read_at", ("document__number", "document__company__name"), 2,
    ),
    Kind(
        _("Deletions (GDPR)"), "accounts.deletionrequest", "state__exact=waiting", "accounts.change_deletionrequest",
        lambda: DeletionRequest.objects.filter(state=DeletionRequest.State.WAITING), "asked_at", (), DELETION_DAYS - 9,
    ),
    Kind(
        _("Files in quarantine"), "downloads.upload", "state__exact=quarantined", "downloads.change_upload",
        lambda: Upload.objects.filter(state=Upload.State.QUARANTINED), "updated_at", ("file_name",), 1,
    ),
    Kind(
        _("Uploads under way"), "downloads.upload", "", "downloads.view_upload",
        lambda: Upload.objects.filter(state__in=[Upload.State.RECEIVING, Upload.State.CHECKING]), "started_at",
        ("file_name",), 1,
    ),
    Kind(
        _("Publications for many companies"), "contracts.publication", "", "contracts.add_publication",
        lambda: Publication.objects.filter(state__in=Publication.OPEN), "made_at", ("name",), 1,
    ),
    Kind(
        _("Imports from the ERP"), "portal.erprun", "", "portal.add_erprun",
        lambda: ErpRun.objects.waiting(), "began_at", ("name",), 1,
    ),
    Kind(
        _("Failed tasks"), "portal.trouble", "", "portal.change_trouble",
        lambda: Trouble.objects.all(), "since", ("work", "row"), 1,
    ),
    Kind(
        _("Mails that did not arrive"), "portal.mailhandover", "", "portal.change_mailhandover",
        lambda: MailHandover.objects.filter(state__in=MailHandover.OPEN), "at", ("address",), 2,
    ),
    Kind(
        _("Webhook calls given up"), "orders.webhookcall", "state__exact=failed", "orders.change_webhookcall",
        lambda: WebhookCall.objects.filter(state=WebhookCall.State.FAILED), "made_at", ("last_answer",), 1,
    ),
    Kind(
        _("Companies without an AVV"), "accounts.company", "avv=missing", "accounts.change_company",
        lambda: _without_avv(), "created_at", ("name",),
    ),
    Kind(
        _("Searches without a hit"), "shop.miss", "", "shop.delete_miss",
        lambda: Miss.objects.filter(last_at__gte=timezone.now() - timedelta(days=7)), "first_at", ("text",),
    ),
]  # fmt: skip


def _without_avv() -> QuerySet:
    missing = Exists(Terms.objects.avv_missing_at(OuterRef(OuterRef("pk"))))
    # Asked once: as long as there is no AVV to conclude, no company is looked at.
    is_there = Exists(Terms.objects.in_force().filter(kind=Terms.Kind.AVV))
    return Company.objects.filter(is_there, missing, ended_on=None, is_blocked=False)


def lists_for(user: User | AnonymousUser) -> list[Waiting]:
    """The kinds this person may do something about and of which something waits; late ones first. One query."""
    mine = tuple(number for number, kind in enumerate(KINDS) if user.has_perm(kind.needs))
    if not mine:
        return []
    found: dict[int, list[tuple]] = {}
    for number, since, about in ASKED(mine):
        found.setdefault(number, []).append((since, about))
    waiting = [_waiting(KINDS[number], rows) for number, rows in found.items()]
    return sorted(waiting, key=lambda one: (not one.is_late, one.since or timezone.now()))


def _oldest(number: int, kind: Kind) -> QuerySet:
    names = [part for name in kind.about for part in (Cast(F(name), CharField()), Value(" · "))][:-1]
    about = Concat(*names, output_field=CharField()) if len(names) > 1 else names[0] if names else Value("")
    rows = kind.rows().select_related(None).order_by(kind.since)
    since = Cast(F(kind.since), DateTimeField())
    return rows.annotate(_kind=Value(number), _since=since, _about=about).values_list("_kind", "_since", "_about")[
        : MOST + 1
    ]


def _all_oldest(mine: tuple[int, ...]) -> QuerySet:
    first, *others = (_oldest(number, KINDS[number]) for number in mine)
    return first.union(*others, all=True) if others else first


# The SQL is made once for each role and day (decision 0083).
ASKED = Standing(_all_oldest)


def _waiting(kind: Kind, rows: list[tuple]) -> Waiting:
    since, about = min(rows)
    address = reverse(f"admin:{kind.table.replace('.', '_')}_changelist")
    is_late = kind.days is not None and since < timezone.now() - timedelta(days=kind.days)
    url = f"{address}?{kind.query}" if kind.query else address
    return Waiting(kind.title, min(len(rows), MOST), len(rows) > MOST, url, about, since, is_late)


def full_disks(user: User | AnonymousUser) -> QuerySet:
    """Troubles of disks that are nearly full, for who may look at troubles."""
    return Trouble.objects.filter(work=WORK) if user.has_perm("portal.view_trouble") else Trouble.objects.none()


def days_since(moment: datetime) -> int:
    """Whole days in Berlin since a moment."""
    return (today() - timezone.localtime(moment).date()).days
