from django import forms
from django.contrib import admin
from django.http import Http404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.lib.admin import Kept, QuickList
from portal.lib.pictures import read_picture

from .models import AdvisedCompany, Adviser, Contact, Enquiry, Feature, Incident, OpeningDay, OpeningTime, SupportText
from .pictures import keep_picture, serve_picture, take_away


class FeatureForm(forms.ModelForm):
    """A function with its picture: checked by its content, made anew when it is saved."""

    picture_file = forms.FileField(
        label=_("new picture"), required=False, help_text=_("PNG, JPEG or WebP, up to 10 MB; the sizes are made here.")
    )
    picture_remove = forms.BooleanField(label=_("take the picture away"), required=False)

    def clean_picture_file(self):
        """The picture as read, or None."""
        file = self.cleaned_data["picture_file"]
        return read_picture(file) if file else None


@admin.register(Feature)
class FeatureAdmin(QuickList):
    form = FeatureForm
    list_display = ["title_de", "title_en", "has_picture", "position"]
    list_editable = ["position"]
    readonly_fields = ["picture_now"]
    fieldsets = [
        (None, {"fields": ["title_de", "title_en", "text_de", "text_en", "icon", "position"]}),
        (_("Picture"), {"fields": ["picture_now", "picture_file", "picture_text_de", "picture_text_en",
                                   "picture_remove"]}),
    ]  # fmt: skip

    @admin.display(description=_("picture"), boolean=True)
    def has_picture(self, feature):
        return bool(feature.picture)

    @admin.display(description=_("picture"))
    def picture_now(self, feature):
        if not feature.picture:
            return "–"
        url = reverse("admin:support_feature_picture", args=[feature.pk])
        return format_html('<img src="{}" alt="{}" width="240">', url, feature.picture_text_de)

    def get_urls(self):
        view = self.admin_site.admin_view(self.picture_view)
        return [path("<int:pk>/bild/", view, name="support_feature_picture"), *super().get_urls()]

    def picture_view(self, request, pk):
        feature = self.get_object(request, str(pk))
        if feature is None or not self.has_view_permission(request, feature):
            raise Http404
        return serve_picture(request, feature, feature.picture_sha256[:16])

    def get_changelist_form(self, request, **kwargs):
        # In the list there is no picture to choose.
        return forms.ModelForm

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        given = form.cleaned_data
        if given.get("picture_file"):
            keep_picture(obj, given["picture_file"])
        elif given.get("picture_remove"):
            take_away(obj)


class OpeningTimeInline(admin.TabularInline):
    model = OpeningTime
    extra = 2


@admin.register(Contact)
class ContactAdmin(QuickList):
    list_display = ["name_de", "phone", "email", "position"]
    list_editable = ["position"]
    inlines = [OpeningTimeInline]


@admin.register(OpeningDay)
class OpeningDayAdmin(QuickList):
    """Days on which a desk, or all of them, keep other hours than in other weeks."""

    list_display = ["day", "contact", "opens", "closes", "why_de"]
    list_select_related = ["contact"]


class AdvisedInline(admin.TabularInline):
    model = AdvisedCompany
    autocomplete_fields = ["company"]
    extra = 1

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("company")


@admin.register(Adviser)
class AdviserAdmin(QuickList):
    """Whom some customers know by name, and which ones."""

    list_display = ["name", "phone", "email"]
    inlines = [AdvisedInline]


@admin.register(SupportText)
class SupportTextAdmin(Kept):
    list_display = ["__str__", "lead_de"]

    def has_add_permission(self, request):
        # There is one. The list of tables, which asks this on every page, offers no way to add.
        here = request.resolver_match.view_name if request.resolver_match else ""
        is_one = here.startswith("admin:support_supporttext") and SupportText.objects.exists()
        return super().has_add_permission(request) and not is_one


@admin.register(Incident)
class IncidentAdmin(QuickList):
    """What every page says from now, or from a moment, until another."""

    list_display = ["title_de", "from_at", "until_at"]


@admin.register(Enquiry)
class EnquiryAdmin(Kept):
    list_display = ["sent_at", "company", "user", "about", "answered_at"]
    list_select_related = ["company", "user"]
    readonly_fields = ["company", "user", "about", "message", "sent_at"]
    search_fields = ["company__number", "company__name", "about", "message"]

    def has_add_permission(self, request):
        return False
