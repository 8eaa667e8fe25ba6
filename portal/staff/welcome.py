"""The page on which staff make a company and let its first person in: looked at first, then done."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries.fields import CountryField

from access.rights import Right
from accounts.company import doubts_about
from accounts.models import Company, User
from portal.lib.letters import story_of
from portal.lib.refusals import told
from portal.welcoming import Welcome, bare_number, company_of, look_ahead, person_of
from portal.welcoming import welcome as do_welcome

NEEDS = ["accounts.add_company", "access.add_membership"]
COMPANY = ("number", "name", "street", "postal_code", "city", "country")
PERSON = ("salutation", "first_name", "last_name", "email", "language")


def url_of_welcome(company: Company | None = None) -> str:
    """The page, with the company filled in."""
    return reverse("admin:welcome", query={"number": company.number} if company else None)


class WelcomeForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Customer number"), max_length=40, help_text=gettext_lazy("In any spelling.")
    )
    name = forms.CharField(
        label=gettext_lazy("Company name"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Name and address only of a company that is not in the portal yet."),
    )
    street = forms.CharField(label=gettext_lazy("Street and number"), max_length=200, required=False)
    postal_code = forms.CharField(label=gettext_lazy("Postal code"), max_length=12, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=120, required=False)
    country = CountryField(default="DE").formfield(label=gettext_lazy("Country"), initial="DE", required=False)
    salutation = forms.ChoiceField(label=gettext_lazy("Salutation"), required=False, choices=User.Salutation.choices)
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=150)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("de", gettext_lazy("German")), ("en", gettext_lazy("English"))],
        initial="de",
    )
    is_holder = forms.TypedChoiceField(
        label=gettext_lazy("Role"),
        choices=[("1", gettext_lazy("Licence holder, with all permissions")), ("", gettext_lazy("Authorised person"))],
        coerce=bool,
        required=False,
        initial="1",
        widget=forms.RadioSelect,
    )
    rights = forms.MultipleChoiceField(
        label=gettext_lazy("Permissions of an authorised person"),
        required=False,
        choices=Right.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if number := data.get("number"):
            self.known = company_of(number)
            if self.known is None and not data.get("name"):
                self.add_error("name", _("There is no company with this number yet. Please give its name."))
        if data.get("last_name") and not data.get("salutation") and not data.get("first_name"):
            self.add_error("first_name", _("Please give a first name or a salutation; the mail begins with it."))
        return data

    def plan(self) -> Welcome:
        data = self.cleaned_data
        rights = frozenset() if data["is_holder"] else frozenset(Right(right) for right in data["rights"])
        company = {name: data[name] for name in COMPANY} | {"country": data["country"] or "DE"}
        return Welcome(company, {name: data[name] for name in PERSON}, bool(data["is_holder"]), rights)

    def notes(self) -> list[str]:
        """What staff should know before they send it."""
        notes, person = [], person_of(self.cleaned_data["email"])
        if self.known:
            notes.append(_("%s is in the portal already; its name and address stay as they are.") % self.known)
        else:
            notes += doubts_about(Company(**self.plan().company))
        if person:
            words = {"email": person.email, "name": person.get_full_name()}
            notes.append(_("%(email)s belongs to %(name)s already; name, salutation and language stay.") % words)
        return notes


def welcome(request: HttpRequest) -> HttpResponse:
    """Form, then what will be done and mailed, then it is done."""
    if not request.user.has_perms(NEEDS) or not isinstance(request.user, User):
        raise PermissionDenied
    sent = request.POST if request.method == "POST" else None
    form = WelcomeForm(sent, initial={"number": request.GET.get("number", "")[:40]})
    letters: list[dict[str, Any]] = []
    if sent is not None and "back" not in sent and form.is_valid():
        with told(request, form):
            if "send" in sent:
                return _done(request, request.user, form)
            letters = [_shown(letter) for letter in look_ahead(request.user, form.plan())]
    elif sent is not None and "back" in sent:
        form.errors.clear()
    context = {"title": _("Invite a company"), "form": form, "letters": letters, "rights": _rights(form, letters)}
    context |= {"notes": form.notes() if letters else [], "known": getattr(form, "known", None)}
    context["number"] = bare_number(form.cleaned_data["number"]) if letters else ""
    return render(request, "admin/welcome.html", {**_frame(request), **context})


def _frame(request: HttpRequest) -> dict[str, Any]:
    from django.contrib import admin

    return admin.site.each_context(request)


def _done(request: HttpRequest, by: User, form: WelcomeForm) -> HttpResponse:
    membership = do_welcome(by, form.plan())
    words = {"name": membership.user.get_full_name(), "company": membership.company}
    messages.success(request, _("%(name)s is invited to %(company)s.") % words)
    return redirect("admin:accounts_company_change", membership.company_id)


def _shown(letter: Any) -> dict[str, Any]:
    story = story_of(letter)
    return {"to": ", ".join(letter.to), "subject": story.subject, "text": story.text}


def _rights(form: WelcomeForm, letters: list[dict[str, Any]]) -> str:
    if not letters:
        return ""
    plan = form.plan()
    return ", ".join(str(right.label) for right in Right if plan.is_holder or right in plan.rights) or "–"
