"""The head of a customer's page: who it is, how things stand, whom to call. Read in one query."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access.models import Membership
from access.words import holder_word
from accounts.models import Company, User
from contracts.models import Licence, Maintenance, Terms
from downloads.holdings import SOON
from portal.lib.days import is_endless, today

from ..welcome import NEEDS, url_of_welcome

HOLDERS = 3


@dataclass(frozen=True)
class Chip:
    """One fact in two words. tone: "ok", "wait", "danger" or "off"."""

    text: str
    tone: str


@dataclass(frozen=True)
class Holder:
    """A licence holder to call, as whom, and the page about them."""

    name: str
    word: str
    email: str
    phone: str
    url: str


@dataclass(frozen=True)
class Head:
    """actions: (words, address, kind of button) that this member of staff may use."""

    chips: list[Chip]
    holders: list[Holder]
    actions: list[tuple[str, str, str]]


def read_company(pk: int) -> Any | None:
    """The company with what its head says, or None. One query."""
    here = OuterRef("pk")
    ending = Maintenance.objects.running().filter(licence__company=here, licence__in=Licence.objects.running())
    ending = ending.order_by(F("ends_on").asc(nulls_last=True))
    people = Membership.objects.holders().filter(company=here).order_by("-is_main_holder", "pk")
    holder = JSONObject(
        id="user_id", first="user__first_name", last="user__last_name", email="user__email", phone="user__phone",
        salutation="user__salutation", is_main="is_main_holder", at="phone",
    )  # fmt: skip
    found = Company.objects.annotate(
        lacks_avv=Exists(Terms.objects.avv_missing_at(here)),
        has_avv=Exists(Terms.objects.in_force().filter(kind=Terms.Kind.AVV)),
        care_ends=Subquery(ending.values("ends_on")[:1]),
        care_of=Subquery(ending.values("licence__product__name")[:1]),
        holders=ArraySubquery(people.values(told=holder)[:HOLDERS]),
    )
    return found.filter(pk=pk).first()


def head_of(company: Any, user: User) -> Head:
    """What stands above the tabs, for a company out of read_company."""
    return Head(_chips(company), [_holder(one) for one in company.holders], _actions(company, user))


def _day(day: date) -> str:
    return date_format(day, "d.m.Y")


def _chips(company: Any) -> list[Chip]:
    chips = []
    if company.is_blocked:
        chips.append(Chip(_("blocked"), "danger"))
    if company.ended_on:
        words = _("ended on %(day)s") if company.has_ended else _("ends on %(day)s")
        chips.append(Chip(words % {"day": _day(company.ended_on)}, "danger" if company.has_ended else "wait"))
    if company.lacks_avv:
        chips.append(Chip(_("AVV open"), "wait"))
    elif company.has_avv:
        chips.append(Chip(_("AVV concluded"), "ok"))
    chips.append(_care(company))
    if company.uses_homecase:
        chips.append(Chip(_("HOMECASE connected"), "ok"))
    return chips


def _care(company: Any) -> Chip:
    if not company.care_of:
        return Chip(_("no maintenance"), "off")
    if is_endless(company.care_ends):
        return Chip(_("maintained"), "ok")
    tone = "wait" if company.care_ends <= today() + SOON else "ok"
    words = {"product": company.care_of, "day": _day(company.care_ends)}
    return Chip(_("Maintenance of %(product)s until %(day)s") % words, tone)


def _holder(told: dict[str, Any]) -> Holder:
    person = User(first_name=told["first"], last_name=told["last"], salutation=told["salutation"])
    url = reverse("admin:person", args=[told["id"]])
    word = holder_word(person, is_main=told["is_main"])
    return Holder(str(person), str(word), told["email"] or "", told["at"] or told["phone"], url)


def _actions(company: Company, user: User) -> list[tuple[str, str, str]]:
    here = [company.pk]
    possible = [
        ("accounts.view_as_company", _("Look as …"), reverse("admin:customer_look", args=here), ""),
        ("orders.add_order", _("Order for the customer"), reverse("admin:customer_order", args=here), ""),
        (NEEDS, _("Invite"), url_of_welcome(company), ""),
        ("accounts.change_company", _("Edit"), reverse("admin:accounts_company_change", args=here), ""),
    ]
    block = _("Open again …") if company.is_blocked else _("Block …")
    possible.append(("accounts.change_company", block, reverse("admin:customer_block", args=here), "danger"))
    return [
        (words, url, kind)
        for needs, words, url, kind in possible
        if user.has_perms([needs] if isinstance(needs, str) else needs)
    ]
