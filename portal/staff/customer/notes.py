"""Notes of staff about a customer: internal, dated, with their author."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import Company, CompanyNote, User

from .page import StaffRequest, back, customer_page

SHOWN = 20


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("New note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Please write what is to be remembered.")},
    )


def notes_of(company: Company, user: User) -> list[CompanyNote]:
    """The newest notes; each knows whether this person may delete it (may_delete). One query."""
    notes = list(company.notes.all()[:SHOWN])
    for note in notes:
        note.may_delete = may_delete(note, user)  # type: ignore[attr-defined]
    return notes


def may_delete(note: CompanyNote, user: User) -> bool:
    """Who wrote it, and who may delete any."""
    return note.author_id == user.pk or user.has_perm("accounts.delete_companynote")


@require_POST
@customer_page("customer", "accounts.add_companynote")
def note_create(request: StaffRequest, company: Company) -> HttpResponse | dict[str, Any]:
    form = NoteForm(request.POST)
    if not form.is_valid():
        return {"note_form": form, "notes": notes_of(company, request.user), "may_note": True, "status": 422}
    author = request.user
    company.notes.create(text=form.cleaned_data["text"], author=author, author_name=str(author)[:300])
    messages.success(request, _("The note is kept."))
    return back(company)


@require_POST
@customer_page("customer", "accounts.view_companynote")
def note_delete(request: StaffRequest, company: Company, note: int) -> HttpResponse:
    found = company.notes.filter(pk=note).first()
    if found is None:
        raise Http404
    if not may_delete(found, request.user):
        raise PermissionDenied
    found.delete()
    messages.success(request, _("The note is gone."))
    return back(company)
