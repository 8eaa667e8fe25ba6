from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from portal.lib.admin import Kept, LookOnly, QuickList, ReadOnly, WithFile

from .models import Acceptance, Document, DocumentOpening, Licence, Maintenance, Product, Terms


@admin.register(Product)
class ProductAdmin(Kept):
    list_display = ["number", "name", "tagline", "is_active"]
    search_fields = ["number", "name"]


class MaintenanceInline(admin.TabularInline):
    model = Maintenance
    extra = 0


@admin.register(Licence)
class LicenceAdmin(Kept):
    list_display = ["number", "company", "product", "kind", "seats", "starts_on", "ends_on"]
    list_select_related = ["company", "product"]
    list_filter = ["kind", "product"]
    search_fields = ["number", "company__number", "company__name"]
    autocomplete_fields = ["company", "product"]
    inlines = [MaintenanceInline]


class LicenceInline(LookOnly):
    """The licences of a company, to look at."""

    model = Licence
    fields = ["number", "product", "kind", "seats", "starts_on", "ends_on"]
    show_change_link = True

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("product")


class AvvFilter(admin.SimpleListFilter):
    """Companies by whether they have concluded the AVV in force."""

    title = _("Data processing (AVV)")
    parameter_name = "avv"

    def lookups(self, request, model_admin):
        return [("missing", _("missing")), ("valid", _("concluded"))]

    def queryset(self, request, queryset):
        missing = Exists(Terms.objects.avv_missing_at(OuterRef(OuterRef("pk"))))
        return {"missing": queryset.filter(missing), "valid": queryset.exclude(missing)}.get(self.value(), queryset)


class DocumentForm(forms.ModelForm):
    class Meta:
        model = Document
        fields = ["company", "number", "kind", "title", "dated_on", "file"]

    def clean_file(self):
        file = self.cleaned_data["file"]
        if hasattr(file, "content_type"):
            head = file.read(5)
            file.seek(0)
            if head != b"%PDF-":
                raise ValidationError(_("This is not a PDF file."))
        return file


@admin.register(Document)
class DocumentAdmin(WithFile):
    """A corrected file becomes a new version beside the old one; stored files are never overwritten."""

    form = DocumentForm
    list_display = ["number", "version", "company", "kind", "title", "dated_on", "is_replaced"]
    list_select_related = ["company", "replaced_by"]
    list_filter = ["kind"]
    search_fields = ["number", "title", "company__number", "company__name"]
    autocomplete_fields = ["company"]
    fields = ["company", "number", "kind", "title", "dated_on", "file", *WithFile.readonly_fields]

    def get_readonly_fields(self, request, obj=None):
        fixed = ["company", "number"] if obj else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    @admin.display(description=_("replaced"), boolean=True)
    def is_replaced(self, document):
        return document.replaced_by_id is not None

    @transaction.atomic
    def save_model(self, request, obj, form, change):
        if not (change and "file" in form.changed_data):
            return super().save_model(request, obj, form, change)
        old = Document.objects.get(pk=obj.pk)
        obj.pk, obj.version, obj._state.adding = Document._meta.pk.get_default(), old.version + 1, True
        super().save_model(request, obj, form, change)
        old.replaced_by = obj
        old.save(update_fields=["replaced_by"])
        return None


@admin.register(Terms)
class TermsAdmin(WithFile):
    list_display = ["kind", "title", "number", "valid_from", "valid_until"]
    list_filter = ["kind"]
    search_fields = ["number", "title"]
    fields = ["kind", "number", "title", "valid_from", "valid_until", "file", *WithFile.readonly_fields]

    def get_readonly_fields(self, request, obj=None):
        # A version that somebody may have accepted keeps its file; a new text is a new version.
        return [*super().get_readonly_fields(request, obj), *(["file"] if obj else [])]


@admin.register(Acceptance)
class AcceptanceAdmin(ReadOnly):
    list_display = ["company", "terms", "signer_name", "accepted_at"]
    list_select_related = ["company", "terms"]
    search_fields = ["company__number", "signer_name"]


@admin.register(DocumentOpening)
class DocumentOpeningAdmin(ReadOnly):
    list_display = ["document", "user", "how", "opened_at"]
    list_select_related = ["document", "user"]
    search_fields = ["document__number", "user__email"]


@admin.register(Maintenance)
class MaintenanceAdmin(QuickList):
    list_display = ["licence", "kind", "starts_on", "ends_on"]
    list_select_related = ["licence__product"]
    search_fields = ["licence__number"]
    autocomplete_fields = ["licence"]
