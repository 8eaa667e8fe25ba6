from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from access.rights import Right
from portal.lib.hits import Found, Group, Hit
from portal.lib.marking import from_database

from .models import Document, DocumentText
from .texts.finding import documents_with


def find(request: HttpRequest, typed: str) -> Found:
    """Documents of the list, with the page that has the words and what stands around them."""
    number = request.company.number
    return Found.of(documents_with(request.company, typed), typed, lambda document: _line(document, number))


def _line(document: Document, company: str) -> Hit:
    kind, day = document.get_kind_display(), date_format(document.dated_on, "d.m.Y")
    best, path = document.best, reverse("document_file", args=[company, document.pk])
    if document.is_recalled:
        said = _("Withdrawn on %(day)s: %(reason)s")
        said %= {"day": date_format(document.recalled_at, "d.m.Y"), "reason": document.recall_reason}
        state = ("danger", pgettext("document", "recalled"))
        return Hit(document.title, number=document.number, about=f"{kind} · {day} · {said}", state=state)
    # A browser opens the PDF at its page.
    path += f"#page={best['page']}" if best else ""
    return Hit(
        document.title,
        path,
        number=document.number,
        about=f"{kind} · {day} · {_length(document)}".rstrip(" ·"),
        place=_("Page %(number)d") % {"number": best["page"]} if best else "",
        snippet=from_database(best["cut"]) if best else from_database(""),
    )


def _length(document: Document) -> str:
    """ "3 pages", "without text", or nothing as long as nobody has looked into it."""
    text: DocumentText | None = getattr(document, "text", None)
    if text is None:
        return ""
    if text.state != DocumentText.State.READ:
        return _("without text")
    return ngettext("%(count)d page", "%(count)d pages", text.pages) % {"count": text.pages}


GROUP = Group("documents", gettext_lazy("Documents"), "document-text", find, Right.CONTRACTS)
