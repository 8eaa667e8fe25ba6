"""Whether a file is one of the portal's papers: yes or no, and nothing else."""

import re
from typing import Any

from allauth.core.internal import ratelimit
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from access.models import AccessReview
from contracts.models import Document
from portal.lib.files import sha256_of
from portal.lib.uploads import MEGABYTE

from .models import Paper

MOST_MEGABYTES = 15
# Of one address in the network; nobody guesses a hash, so this is for the server's sake.
CHECKS = "20/m/ip"


class CheckForm(forms.Form):
    """A file, of which only the hash is taken, or the hash itself."""

    # One of its fields is needed: none is called optional (templates/forms/field.html).
    one_of = True

    file = forms.FileField(
        label=_("File"), required=False,
        help_text=format_lazy(_("At most {most} MB; it is not kept."), most=MOST_MEGABYTES),
    )  # fmt: skip
    sha256 = forms.CharField(
        label=_("or its SHA-256"), required=False, max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
    )  # fmt: skip

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > MOST_MEGABYTES * MEGABYTE:
            raise ValidationError(_("The file is larger than %(most)d MB.") % {"most": MOST_MEGABYTES})
        return file

    def clean_sha256(self) -> str:
        """In the one spelling that is stored, however it was copied."""
        typed = re.sub(r"[\s:-]", "", self.cleaned_data["sha256"]).lower()
        if typed and not re.fullmatch("[0-9a-f]{64}", typed):
            raise ValidationError(_("A SHA-256 has 64 signs: digits, and letters from a to f."))
        return typed

    def clean(self) -> dict[str, Any]:
        given = [name for name in ("file", "sha256") if self.cleaned_data.get(name)]
        if not self.errors and len(given) != 1:
            raise ValidationError(_("Please choose a file or enter its SHA-256."))
        return self.cleaned_data

    @property
    def asked(self) -> str:
        """The hash that is asked for."""
        return sha256_of(self.cleaned_data["file"]) if self.cleaned_data["file"] else self.cleaned_data["sha256"]


def is_ours(sha256: str) -> bool:
    """Whether the portal issued a file with this SHA-256 (decision 0098). One query, whatever the answer."""
    # What was filed at a company that it does not belong to was never issued there.
    filed = Document.objects.dated().exclude(recall=Document.Recall.WRONG_COMPANY)
    tables = [Paper.objects.all(), filed, AccessReview.objects.order_by()]
    first, *others = [rows.filter(sha256=sha256).values("sha256") for rows in tables]
    return first.union(*others, all=True).exists()


def too_many_checks(request: HttpRequest) -> HttpResponse | None:
    """The page that asks to wait (429), or None; counted for all servers together."""
    return ratelimit.consume_or_429(
        request, app="portal", action="authenticity", config={"authenticity": CHECKS}, limit_get=True
    )
