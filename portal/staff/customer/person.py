"""A person as staff meet them at the telephone: why do they not get in, and what helps. Each act is told by mail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access.models import Membership
from accounts import staff
from accounts.mails import mail_password_link
from accounts.models import User
from accounts.tries import Wrong, wrong_tries
from portal.lib.by_verbs import ChangedMeanwhile
from portal.lib.mailboxes import stored
from portal.models import MailHandover

from .page import StaffRequest

MAILS = 5


@dataclass(frozen=True)
class Fact:
    """One line of the state of a login. tone: "ok", "wait", "danger", "off" or "info"."""

    title: str | Promise
    text: str
    tone: str
    at: datetime | None = None


class AddressForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("Link an address"), max_length=254)
    called_back = forms.BooleanField(label=gettext_lazy("Checked by a call back to the number we know"))

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_email(self) -> str:
        email = stored(self.cleaned_data["email"])
        if User.objects.with_email(email).exclude(pk=self.person.pk).exists():
            raise ValidationError(_("Another account has this address."))
        return email


class FactorForm(forms.Form):
    called_back = forms.BooleanField(label=gettext_lazy("Checked by a call back to the number we know"))


def person(request: StaffRequest, pk: int) -> HttpResponse:
    """The state of a login with what staff can do about it."""
    found = _find(request, pk)
    forms_ = {"address": AddressForm(person=found, prefix="address"), "factor": FactorForm(prefix="factor")}
    status = 200
    if request.method == "POST":
        if not _may_change(request, found):
            raise PermissionDenied
        if (broken := _act(request, found)) is None:
            return redirect("admin:person", pk)
        forms_, status = {**forms_, **broken}, 422
    context = {**admin.site.each_context(request), "title": str(found), "person": found, "facts": facts_about(found)}
    context |= {"forms": forms_, "places": places_of(found), "may_change": _may_change(request, found)}
    context["mails"] = mails_to(found)
    return render(request, "admin/customer/person.html", context, status=status)


def _find(request: StaffRequest, pk: int) -> User:
    if not request.user.has_perm("accounts.view_user"):
        raise PermissionDenied
    found = User.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _may_change(request: HttpRequest, person: User) -> bool:
    return admin.site.get_model_admin(User).has_change_permission(request, person)


def places_of(person: User) -> list[Membership]:
    """Where the person belongs, with the last invitation (invited_until) of each."""
    rows = Membership.objects.with_switches().filter(user=person).select_related("company", "user")
    return list(rows.order_by("company__number")[:50])


def mails_to(person: User) -> list[MailHandover]:
    if not person.email:
        return []
    return list(MailHandover.objects.filter(address=person.email.lower()).defer("raw", "text").order_by("-at")[:MAILS])


def facts_about(person: User) -> list[Fact]:
    """Everything that can keep somebody out, the worst first."""
    factors = list(Authenticator.objects.filter(user=person).exclude(type=Authenticator.Type.RECOVERY_CODES))
    facts = [_account(person), _address(person), _password(person), _tries(wrong_tries([person]).get(person.pk))]
    if factors:
        kinds = ", ".join(sorted({str(factor.get_type_display()) for factor in factors}))
        facts.append(Fact(gettext_lazy("Second factor"), kinds, "info", max(factor.created_at for factor in factors)))
    else:
        facts.append(Fact(gettext_lazy("Second factor"), _("none"), "off"))
    order = {"danger": 0, "wait": 1}
    return sorted(facts, key=lambda fact: order.get(fact.tone, 2))


def _account(person: User) -> Fact:
    if not person.is_active:
        return Fact(gettext_lazy("Account"), _("blocked: nobody can log in with it"), "danger")
    if person.last_login:
        return Fact(gettext_lazy("Account"), _("last login"), "ok", person.last_login)
    return Fact(gettext_lazy("Account"), _("never logged in"), "wait")


def _address(person: User) -> Fact:
    if not person.email:
        return Fact(gettext_lazy("E-mail"), _("no address is linked: no link can be mailed"), "danger")
    return Fact(gettext_lazy("E-mail"), person.email, "ok")


def _password(person: User) -> Fact:
    if person.has_usable_password():
        return Fact(gettext_lazy("Password"), _("is set"), "ok")
    return Fact(gettext_lazy("Password"), _("none yet: the link in the mail was not used"), "wait")


def _tries(wrong: Wrong | None) -> Fact:
    if wrong is None:
        return Fact(gettext_lazy("Wrong passwords"), _("none in the last minutes"), "ok")
    if wrong.waits_until:
        waits = ngettext("%(count)d try; has to wait until", "%(count)d tries; has to wait until", wrong.count)
        return Fact(gettext_lazy("Wrong passwords"), waits % {"count": wrong.count}, "danger", wrong.waits_until)
    tried = ngettext("%(count)d try, the last", "%(count)d tries, the last", wrong.count)
    return Fact(gettext_lazy("Wrong passwords"), tried % {"count": wrong.count}, "wait", wrong.last)


# --- what is done about it ---


def _act(request: StaffRequest, person: User) -> dict[str, Any] | None:
    """Do what was pressed; returns the forms that were not filled in well, or None when it is done."""
    wanted = request.POST.get("act", "")
    if wanted == "address":
        form: forms.Form = AddressForm(request.POST, person=person, prefix="address")
        return _link(request, person, form) if form.is_valid() else {"address": form}
    if wanted == "factor":
        form = FactorForm(request.POST, prefix="factor")
        if not form.is_valid():
            return {"factor": form}
    if wanted in ACTS:
        _do(request, person, wanted)
    return None


def _link(request: StaffRequest, person: User, form: forms.Form) -> dict[str, Any] | None:
    email = form.cleaned_data["email"]
    try:
        with transaction.atomic():
            staff.correct(person, {"email": (person.email, email)})
            _note(request, person, _("The address %(email)s was linked.") % {"email": email})
    except ChangedMeanwhile as refusal:
        form.add_error("email", str(refusal))
        return {"address": form}
    return None


def _do(request: StaffRequest, person: User, wanted: str) -> None:
    act, done, suits = ACTS[wanted]
    if not suits(person):
        messages.error(request, _("This does not suit the state of this login any more."))
        return
    with transaction.atomic():
        act(person)
        _note(request, person, str(done))


def _note(request: StaffRequest, person: User, done: str) -> None:
    admin.site.get_model_admin(User).log_change(request, person, done)
    messages.success(request, done)


def _enable(person: User) -> None:
    staff.correct(person, {"is_active": (False, True)})


# What was pressed -> (verb, what is said, whether it can be done).
ACTS: dict[str, tuple[Any, Any, Any]] = {
    "password": (
        mail_password_link, gettext_lazy("A link to set a password was sent."),
        lambda person: bool(person.email) and person.is_active and not person.is_staff,
    ),
    "lift": (
        staff.lift_tries, gettext_lazy("The wait after wrong passwords was ended."), lambda person: person.is_active,
    ),
    "factor": (staff.remove_factors, gettext_lazy("The second factors were removed."), lambda person: True),
    "log_out": (staff.log_out, gettext_lazy("All sessions were ended."), lambda person: True),
    "enable": (_enable, gettext_lazy("The account is open again."), lambda person: not person.is_active),
}  # fmt: skip
