from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.managers import UserObjectPermissionManager
from guardian.models import UserObjectPermissionBase

from portal.lib.days import today
from portal.lib.searching import every_word
from portal.lib.standing import Standing

from ..rights import Right
from .invitation import Invitation
from .request import AccessRequest


class MembershipQuerySet(models.QuerySet):
    def open(self, on=None):
        """Memberships that let their person in on a day, today in Berlin by default."""
        on = on or today()
        # An end date means the end of that day.
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), suspended_at=None).exclude(accepted_at=None)

    def due_weekly(self, monday):
        """Open ones whose person wants the weekly mail and has not got that of this week; nobody of the vendor's."""
        wish = self.open().filter(weekly_mail=True, company__is_blocked=False, user__is_active=True)
        fresh = Q(weekly_sent_on=None) | Q(weekly_sent_on__lt=monday)
        return wish.filter(fresh, user__is_staff=False).exclude(user__email="")

    def holders(self):
        return self.filter(is_holder=True)

    def with_people(self):
        return self.select_related("user").order_by(
            "-is_main_holder", "-is_holder", "user__last_name", "user__first_name", "pk"
        )

    def having(self, right):
        """Those for whom a right is switched on, licence holders among them, whether their access is open or not."""
        switched = MembershipRight.objects.in_force().filter(content_object=OuterRef("pk"), user=OuterRef("user"))
        return self.filter(Q(is_holder=True) | models.Exists(switched.filter(permission__codename=right)))

    def granting(self, right=None):
        """Those who may grant access, or one right: licence holders, and deputies for what they hold themselves."""
        needed = {Right.ACCESS, right or Right.ACCESS}
        can = Q(is_holder=True)
        # Deputies are made by licence holders alone.
        if right != Right.ACCESS:
            switched = MembershipRight.objects.in_force().filter(content_object=OuterRef("pk"), user=OuterRef("user"))
            can |= Q(*(models.Exists(switched.filter(permission__codename=one)) for one in needed))
        return self.open().filter(can)

    def in_state(self, state, on=None):
        """Memberships whose `state` is one of "invited", "suspended", "expired", "active".

        "asked": with an open request; a Right: those who have it.
        """
        if state in Right.values:
            return self.having(state)
        if state == "active":
            return self.open(on)
        if state == "asked":
            return self.filter(models.Exists(AccessRequest.objects.filter(membership=OuterRef("pk"), answered_at=None)))
        if state == "invited":
            return self.filter(accepted_at=None)
        accepted = self.exclude(accepted_at=None)
        if state == "suspended":
            return accepted.exclude(suspended_at=None)
        return accepted.filter(suspended_at=None, ends_on__lt=on or today())

    def named(self, words):
        """Memberships whose name, address or function holds every one of some words."""
        person = ("user__first_name", "user__last_name", "user__email")
        return self.filter(every_word(words, *person, "function", "invited_as"))

    def with_switches(self):
        """Person, switches, end of the open invitation (invited_until) and open requests (asked), in two queries."""
        invitations = Invitation.objects.filter(membership=OuterRef("pk"), used_at=None)
        asked = AccessRequest.objects.filter(membership=OuterRef("pk"), answered_at=None).order_by("created_at")
        switched = MembershipRight.objects.select_related("permission")
        return (
            self.with_people()
            .annotate(
                invited_until=Subquery(invitations.values("expires_at")[:1]),
                asked=ArraySubquery(asked.values("right")),
                asked_as=ArraySubquery(asked.values("pk")),
            )
            .prefetch_related(models.Prefetch("rights", switched))
        )


class Membership(models.Model):
    """A person at a company: licence holder, or authorised person with one switch per right."""

    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    is_holder = models.BooleanField(_("licence holder"), default=False)
    is_main_holder = models.BooleanField(_("main licence holder"), default=False)
    function = models.CharField(_("function"), max_length=120, blank=True)
    # What the inviter typed. Until the invitation is accepted nothing of an existing account is shown to them.
    invited_as = models.CharField(_("invited as"), max_length=300, blank=True, db_default="", editable=False)
    phone = models.CharField(_("phone at this company"), max_length=40, blank=True)
    # The person's own wish: on Mondays a mail with what waits for them here; and the last one's day.
    weekly_mail = models.BooleanField(_("weekly mail"), default=False, db_default=False, editable=False)
    weekly_sent_on = models.DateField(_("last weekly mail"), null=True, blank=True, editable=False)
    ends_on = models.DateField(_("access until"), null=True, blank=True)
    order_limit = models.DecimalField(
        _("order limit, euro net"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    order_limit_month = models.DecimalField(
        _("order limit per month, euro net"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True)
    # The end dates that a reminder was sent for and that the log has noted, so that neither happens twice.
    reminded_for = models.DateField(null=True, blank=True, editable=False)
    expired_for = models.DateField(null=True, blank=True, editable=False)
    # Counts up with every change of the switches, so that nobody overwrites what somebody else saved meanwhile.
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("authorised person")
        verbose_name_plural = _("authorised people")
        default_permissions = ("add", "change", "delete", "view")
        permissions = [(right.value, right.label) for right in Right]
        indexes = [models.Index(fields=["ends_on"], condition=~Q(ends_on=None), name="membership_ends_on")]
        constraints = [
            models.UniqueConstraint(fields=["company", "user"], name="membership_once"),
            models.UniqueConstraint(
                fields=["company"], condition=Q(is_main_holder=True), name="membership_one_main_holder"
            ),
            models.CheckConstraint(
                condition=Q(is_main_holder=False) | Q(is_holder=True), name="membership_main_is_holder"
            ),
            # A licence holder cannot fade away by a date or a suspension; the trigger keeps the last one from going.
            models.CheckConstraint(
                condition=Q(is_holder=False) | Q(ends_on=None, suspended_at=None, accepted_at__isnull=False),
                name="membership_holder_is_open",
            ),
            models.CheckConstraint(
                condition=Q(order_limit=None) | Q(order_limit__gte=0), name="membership_limit_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(order_limit_month=None) | Q(order_limit_month__gte=0),
                name="membership_month_not_negative",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self):
        """The person's name as this company knows it."""
        if not self.accepted_at and self.invited_as:
            return self.invited_as
        return str(self.user)

    @property
    def is_invitation_open(self):
        """Whether the newest link still works; asked of memberships read with_switches()."""
        return bool(self.invited_until and self.invited_until > timezone.now())

    @property
    def is_open(self):
        """Whether this person is let in today."""
        return self.state == "active"

    @property
    def state(self):
        """One of "invited", "suspended", "expired", "active"."""
        if not self.accepted_at:
            return "invited"
        if self.suspended_at:
            return "suspended"
        if self.ends_on and self.ends_on < today():
            return "expired"
        return "active"

    def may(self, right):
        """Whether the person may do this for the company. A licence holder may do everything."""
        return self.is_holder or right in self.granted

    @property
    def granted(self):
        """The switches that are on, as a set of Right values. One query at first use, none when prefetched."""
        if not hasattr(self, "_granted"):
            if "rights" in getattr(self, "_prefetched_objects_cache", {}):
                mine = (row for row in self.rights.all() if row.user_id == self.user_id and row.is_in_force)
                self._granted = {row.permission.codename for row in mine}
            else:
                self._granted = set(GRANTED(membership=self.pk, user=self.user_id))
        return self._granted

    @classmethod
    def imagined(cls, pk: int, company: Any, user: Any, *, is_holder: bool, rights: Iterable[str]) -> "Membership":
        """One of which no more is known than this, to ask what such a member would be shown; never stored."""
        member = cls(pk=pk, company=company, user=user, is_holder=is_holder, accepted_at=timezone.now())
        member._granted = set(rights)
        return member

    @classmethod
    def of(cls, membership):
        """The same membership, read anew."""
        return cls.objects.get(pk=membership.pk)

    @property
    def limited(self):
        """Right value -> last day, of the switches that are on until a day."""
        mine = (row for row in self.rights.all() if row.user_id == self.user_id and row.ends_on and row.is_in_force)
        return {row.permission.codename: row.ends_on for row in mine}

    def forget_granted(self):
        """Read the switches anew at the next question."""
        self.__dict__.pop("_granted", None)


class MembershipRightQuerySet(models.QuerySet):
    def in_force(self, on=None):
        """Switches that count on a day, today in Berlin by default."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on or today()))


class MembershipRight(UserObjectPermissionBase):
    """One switch that is on: guardian's row, tied to the membership by a real foreign key."""

    content_object = models.ForeignKey(Membership, models.CASCADE, related_name="rights")
    # "Yes, until": the last day of this one right. Empty means as long as the access itself.
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = UserObjectPermissionManager.from_queryset(MembershipRightQuerySet)()

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        verbose_name = _("right")
        verbose_name_plural = _("rights")

    @property
    def is_in_force(self):
        return self.ends_on is None or self.ends_on >= today()


def _granted(membership, user):
    # A row of another person never counts.
    mine = MembershipRight.objects.in_force().filter(content_object=membership, user=user)
    return mine.values_list("permission__codename", flat=True)


# Every page of an authorised person asks this.
GRANTED = Standing(_granted, membership=int, user=int)
