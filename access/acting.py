"""Who changes something of a company: a member, the vendor's staff, the import of the ERP, the portal itself.

Every verb of access takes an Actor and enters the company with it. Whichever door a change comes through, it is the
same verb, under the same lock, and the log has the name.

Rows are locked in one order, so that no two changes wait for each other: the companies by id, their memberships by id,
the person; then an order, then its lines; then what hangs on one of these, such as a request or a licence. Whoever
holds a person and needs the company has begun at the wrong end: `lock_person` takes them all, in order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from portal.lib.refusals import Refused

from .door import why_closed
from .log import act_as, note
from .models import AccessEvent, Membership
from .rights import Right
from .words import names_of

if TYPE_CHECKING:
    from accounts.models import Company, User

Kind = AccessEvent.ActorKind


class AccessRefused(Refused):
    """A change of access that is not allowed or not possible."""


class SavedMeanwhile(AccessRefused):
    """Somebody else changed these people since the page was shown. memberships: as they are now."""

    def __init__(self, memberships: list[Membership]) -> None:
        super().__init__(_("Somebody else has changed something here meanwhile. Nothing was saved; please compare."))
        self.memberships = memberships


class Gone(AccessRefused):
    """One of the people is not, or no longer, at this company."""

    def __init__(self) -> None:
        super().__init__(_("One of these people no longer has access here. Nothing was saved."))


@dataclass(frozen=True)
class Actor:
    """Somebody who acts at a company (its id); `user` is None for the import and the portal.

    membership: of a member, else None. company: the locked company, once entered.
    """

    kind: Kind
    at: int | None = None
    user: "User | None" = None
    membership: Membership | None = None
    company: Any = None

    @classmethod
    def member(cls, membership: Membership) -> "Actor":
        """Somebody of the company, with what they may do there."""
        return cls(Kind.PERSON, membership.company_id, membership.user, membership)

    @classmethod
    def themselves(cls, user: "User", at: int) -> "Actor":
        """A person in their own matter, such as an invitation; grants nothing to anybody."""
        return cls(Kind.PERSON, at, user)

    @classmethod
    def staff(cls, user: "User", at: int | None = None) -> "Actor":
        """Somebody of the vendor's, who may do for a company what its licence holders may."""
        return cls(Kind.STAFF, at, user)

    @classmethod
    def erp(cls, at: int | None = None) -> "Actor":
        """The import of the vendor's master data."""
        return cls(Kind.IMPORT, at)

    @classmethod
    def portal(cls, at: int | None = None) -> "Actor":
        """The portal itself, on days that were agreed."""
        return cls(Kind.PORTAL, at)

    @property
    def name(self) -> str:
        """As papers and lists keep it; "" for the import and the portal."""
        return str(self.user)[:300] if self.user is not None else ""

    @property
    def is_vendor(self) -> bool:
        return self.kind in (Kind.STAFF, Kind.IMPORT)

    @property
    def leads(self) -> bool:
        """Whether it may do what licence holders may."""
        return self.is_vendor or (self.membership is not None and self.membership.is_holder)

    def may(self, right: Right) -> bool:
        return self.leads or (self.membership is not None and self.membership.may(right))

    def sign(self) -> None:
        """From here to the end of the transaction, the log has this name beside each change."""
        act_as(self.user, self.kind)

    def note(self, kind: AccessEvent.Kind, membership: Membership | None = None, **detail: Any) -> AccessEvent:
        """Write a line about what changes no membership, such as a request. Once entered."""
        return note(kind, self.company, membership, by=self.user, actor_kind=self.kind, **detail)

    def enter(self) -> "Actor":
        """Lock the company and sign; returns this actor as it is now, with `company`.

        Raises AccessRefused for a member who may not manage access, or not any more: who was removed a moment ago
        decides nothing.
        """
        if self.at is None:
            raise ValueError("an actor enters a company")
        company = lock_company(self.at)
        row = self._as_now(company) if self.membership else None
        actor = replace(self, company=company, membership=row, user=row.user if row else self.user)
        actor.sign()
        return actor

    def _as_now(self, company: "Company") -> Membership:
        assert self.membership is not None  # noqa: S101
        row = company.memberships.select_related("user").filter(pk=self.membership.pk).first()
        if row is not None:
            row.company = company
        if row is None or why_closed(row) or not row.may(Right.ACCESS):
            raise AccessRefused(_("You may no longer manage access at this company."))
        return row

    def enter_with(self, target: Membership) -> tuple["Actor", Membership]:
        """The same together with the locked membership it is about. Raises Gone too."""
        actor = self.enter()
        return actor, actor.locked([target.pk])[target.pk]

    def locked(self, ids: Iterable[int]) -> dict[int, Membership]:
        """id -> membership of the entered company, held until the transaction ends. Raises Gone."""
        ids = set(ids)
        rows = self.company.memberships.select_related("user").select_for_update(of=("self",))
        found = {row.pk: row for row in rows.filter(pk__in=ids).order_by("pk")}
        if ids - set(found):
            raise Gone
        for row in found.values():
            row.company = self.company
        return found

    def grantable(self, target: Membership | None = None) -> set[Right]:
        """The rights it may switch for a membership, or for somebody new, on or off."""
        if target is not None and (target.is_holder or self._is_self(target)):
            return set()
        if self.leads:
            return set(Right)
        # A deputy grants only what they hold, and makes no deputies.
        return {right for right in Right if self.may(right)} - {Right.ACCESS} if self.may(Right.ACCESS) else set()

    def why_not_touched(self, target: Membership) -> str:
        """Why it may not change somebody's access, in a sentence, or ""."""
        if self._is_self(target):
            words = {"names": names_of(target.company, but=target)}
            return _("You cannot change your own access. Ask for it: %(names)s.") % words
        if target.is_holder and not self.leads:
            return _("Only a licence holder can change a licence holder.")
        return ""

    def why_not_let_in_again(self, target: Membership) -> str:
        """A deputy lets nobody in again to more than they hold themselves: that would be granting it. Else ""."""
        if self.leads or all(self.may(right) for right in target.granted):
            return ""
        words = {"names": names_of(target.company)}
        return _("This person has permissions that you do not have. That can be changed by: %(names)s.") % words

    def _is_self(self, target: Membership) -> bool:
        return self.user is not None and target.user_id == self.user.pk


def lock_company(pk: int) -> "Company":
    """The company's row, held until the transaction ends: changes of access there come one after another."""
    return apps.get_model("accounts.Company").objects.select_for_update().get(pk=pk)


def lock_person(pk: int) -> "User":
    """A person's row, held, and before it their companies and memberships: for what ends access everywhere.

    Raises AccessRefused where the person was let in somewhere else at this very moment.
    """
    mine = Membership.objects.filter(user=pk)
    known = set(mine.values_list("company_id", flat=True))
    for company in sorted(known):
        lock_company(company)
    list(mine.select_for_update().order_by("pk"))
    person = get_user_model().objects.select_for_update().get(pk=pk)
    if set(mine.values_list("company_id", flat=True)) - known:
        raise AccessRefused(_("This person has just been let in at another company. Please try again."))
    return person


def save_version(row: Membership, *fields: str) -> None:
    """Store some fields and count the version up, so that pages drawn before are refused."""
    row.version += 1
    row.save(update_fields=["version", *fields])
