"""Filed documents: versions, recall, retention, and who opened them."""

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from portal.lib.admin import ReadOnly, WithFile
from portal.lib.days import today
from portal.lib.refusals import told
from portal.lib.uploads import check_pdf, check_xml

from .. import mails
from ..models import DeletionReport, Document, DocumentOpening
from ..publishing.judging import why_closed
from ..recalling import readers_of, recall_document
from ..retention import kept_until

MOST_MEGABYTES = 50


class DocumentForm(forms.ModelForm):
    tells = forms.BooleanField(
        label=_("Tell the licence holders by e-mail"),
        initial=True,
        required=False,
        help_text=_("When it is filed, or gets a new file; not before its date."),
    )

    class Meta:
        model = Document
        fields = ["company", "number", "kind", "title", "dated_on", "file", "keep_until", "legal_hold"]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if hasattr(file, "content_type"):
            is_xml = file.name.lower().endswith(".xml") and self.cleaned_data.get("kind") == Document.Kind.INVOICE
            (check_xml if is_xml else check_pdf)(file, megabytes=MOST_MEGABYTES)
        return file

    def clean(self):
        data = super().clean()
        number = data.get("number")
        if self.instance._state.adding and number and self._is_filed(number):
            self.add_error("number", _("This number is filed already. Open that document and give it the new file."))
        return data

    def _is_filed(self, number):
        """What was recalled as another company's may be filed again, under the right one."""
        rows = Document.objects.filter(number=number, replaced_by=None)
        return rows.exclude(recall=Document.Recall.WRONG_COMPANY).exists()


class RecallForm(forms.Form):
    recall = forms.ChoiceField(label=_("What is wrong"), choices=Document.Recall.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason, which the customer reads"), max_length=500)


@admin.register(Document)
class DocumentAdmin(WithFile):
    """A corrected file becomes a new version beside the old one; stored files are never overwritten."""

    form = DocumentForm
    list_display = ["title", "filed_as", "company", "dated_on", "standing"]
    list_select_related = ["company", "replaced_by"]
    list_filter = ["kind", "recall", ("legal_hold", admin.EmptyFieldListFilter)]
    search_fields = ["number", "title", "company__number", "company__name"]
    autocomplete_fields = ["company"]
    fields = [
        "company", "number", "kind", "title", "dated_on", "file", "tells", *WithFile.readonly_fields, "keep_until",
        "kept", "legal_hold", "recall_link",
    ]  # fmt: skip

    def get_fields(self, request, obj=None):
        # Who only looks is asked nothing.
        fields = super().get_fields(request, obj)
        is_asked = self.has_change_permission(request, obj) or (obj is None and self.has_add_permission(request))
        return [name for name in fields if is_asked or name != "tells"]

    def get_readonly_fields(self, request, obj=None):
        fixed = ["company", "number"] if obj else []
        # What was recalled or deleted stays as it was.
        closed = ["kind", "title", "dated_on", "file"] if obj and (obj.is_recalled or obj.deleted_at) else []
        return [*super().get_readonly_fields(request, obj), *fixed, *closed, "kept", "recall_link"]

    @admin.display(description=_("number"), ordering="number")
    def filed_as(self, document):
        version = _("version %d") % document.version
        return document.number if document.version == 1 else f"{document.number}, {version}"

    @admin.display(description=_("state"))
    def standing(self, document):
        if document.is_recalled:
            return _("recalled")
        return _("replaced") if document.replaced_by_id else pgettext("document", "valid")

    @admin.display(description=_("kept until"))
    def kept(self, document):
        until = kept_until(document) if document.company_id else None
        if document.deleted_at:
            return _("deleted on %s") % document.deleted_at.strftime("%d.%m.%Y")
        return until.strftime("%d.%m.%Y") if until else _("as long as the contract runs, and the years after")

    @admin.display(description=_("recall"))
    def recall_link(self, document):
        if not document.sha256 or document._state.adding:
            return "–"
        if document.is_recalled:
            return f"{document.recalled_at:%d.%m.%Y}, {document.recalled_by_name}: {document.recall_reason}"
        url = reverse("admin:contracts_document_recall", args=[document.pk])
        return format_html('<a href="{}">{}</a>', url, _("Recall this document"))

    def get_urls(self):
        view = self.admin_site.admin_view(self.recall)
        return [path("<path:object_id>/zurueckrufen/", view, name="contracts_document_recall"), *super().get_urls()]

    def recall(self, request, object_id):
        """Who opened it, and the button that takes it back from all of them."""
        document = self.get_object(request, object_id)
        if document is None or not self.has_change_permission(request, document):
            raise Http404
        form = RecallForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with told(request):
                recall_document(document, by=request.user, **form.cleaned_data)
                messages.success(request, _("Recalled; everybody concerned is mailed."))
                return redirect("admin:contracts_document_change", document.pk)
        context = {"obj": document, "form": form, "openings": document.openings.select_related("user")[:200]}
        context |= {"readers": readers_of(document), "title": str(document), "opts": self.opts}
        return render(request, "admin/contracts/recall.html", {**self.admin_site.each_context(request), **context})

    @transaction.atomic
    def save_model(self, request, obj, form, change):
        if not change:
            # After a recall the same number comes anew, under the right company.
            newest = Document.objects.filter(number=obj.number).order_by("-version").first()
            obj.version = newest.version + 1 if newest else 1
        if change and "file" not in form.changed_data:
            return super().save_model(request, obj, form, change)
        if change:
            self._save_version(request, obj, form)
        else:
            super().save_model(request, obj, form, change)
        if form.cleaned_data.get("tells") and obj.dated_on <= today() and not why_closed(obj.company):
            mails.mail_published(obj.company, [obj])
        return None

    def _save_version(self, request, obj, form):
        old = Document.objects.get(pk=obj.pk)
        obj.pk, obj.version, obj._state.adding = Document._meta.pk.get_default(), old.version + 1, True
        super().save_model(request, obj, form, True)
        old.replaced_by = obj
        old.save(update_fields=["replaced_by"])


@admin.register(DocumentOpening)
class DocumentOpeningAdmin(ReadOnly):
    list_display = ["document", "user", "how", "opened_at"]
    list_select_related = ["document", "user"]
    search_fields = ["document__number", "user__email"]


@admin.register(DeletionReport)
class DeletionReportAdmin(ReadOnly):
    """What went at the end of its retention, and what could not be deleted."""

    list_display = ["ran_at", "deleted_count", "failed_count"]

    @admin.display(description=_("deleted"))
    def deleted_count(self, report):
        return len(report.deleted)

    @admin.display(description=_("could not be deleted"))
    def failed_count(self, report):
        return len(report.failed)
