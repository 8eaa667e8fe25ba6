from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from import_export.admin import ImportExportMixin

from portal.lib.admin import Kept, LookOnly, QuickList, ReadOnly

from .admin_forms import ArticleForm, FitForm, SynonymForm, WhyForm
from .admin_preview import ArticlePreview
from .fit import explain
from .models import Article, Booking, Category, Fit, Miss, Price, Synonym, TrainingDate, VatCheck
from .pictures import keep_picture, serve_picture
from .search import forget_synonyms
from .table import ArticleTable, SpreadsheetCsv, SpreadsheetXlsx


@admin.register(Category)
class CategoryAdmin(Kept):
    list_display = ["path", "name", "position"]
    list_editable = ["position"]
    search_fields = ["path"]


class FitInline(admin.TabularInline):
    model = Fit
    form = FitForm
    extra = 0
    autocomplete_fields = ["product"]


class PriceInline(admin.TabularInline):
    model = Price
    extra = 0
    autocomplete_fields = ["company"]


class DateInline(admin.TabularInline):
    model = TrainingDate
    extra = 0
    can_delete = False
    show_change_link = True


class Reach(admin.SimpleListFilter):
    title = _("seen by")
    parameter_name = "reach"

    def lookups(self, request, model_admin):
        return [("nobody", _("on sale, but seen by nobody"))]

    def queryset(self, request, queryset):
        return queryset.filter(pk__in=Article.objects.seen_by_nobody()) if self.value() == "nobody" else queryset


class Promise(admin.SimpleListFilter):
    title = _("licence")
    parameter_name = "licence"

    def lookups(self, request, model_admin):
        return [("vain", _("promises one, names no product"))]

    def queryset(self, request, queryset):
        return queryset.promising_in_vain() if self.value() == "vain" else queryset


@admin.register(Article)
class ArticleAdmin(ArticlePreview, ImportExportMixin, Kept):
    form = ArticleForm
    change_list_template = "admin/shop/article_list.html"
    import_export_change_list_template = None
    list_display = ["number", "name", "kind", "list_price", "is_active"]
    list_editable = ["list_price", "is_active"]
    list_filter = ["kind", "is_active", Reach, Promise, "fits"]
    search_fields = ["number", "name"]
    autocomplete_fields = ["category", "grants", "requires", "excludes", "successor"]
    inlines = [FitInline, PriceInline, DateInline]
    actions = ["put_on_sale", "take_off_sale"]
    readonly_fields = ["picture_now", "why_link"]
    fieldsets = [
        (None, {"fields": ["number", "name", "kind", "category", "description", "is_active", "successor",
                         "why_link"]}),
        (_("Price and quantity"), {"fields": [
            "list_price", "vat_rate", "taxed_here", "unit", "min_quantity", "quantity_step", "is_per_seat",
        ]}),
        (_("Licence"), {"fields": [
            "grants", "period_months", "min_periods", "max_periods", "requires", "excludes",
        ]}),
        (_("Picture"), {"fields": ["picture_now", "picture_file", "picture_text", "picture_remove"]}),
    ]  # fmt: skip
    resource_classes = [ArticleTable]
    formats = [SpreadsheetCsv]
    # One format, all columns: nothing to ask. The library's page for it would break the security policy, too.
    skip_export_form = skip_export_form_from_action = True

    def add_data_read_fail_error_to_form(self, form, e):
        if isinstance(e, ValidationError):
            form.add_error("import_file", e)
        else:
            super().add_data_read_fail_error_to_form(form, e)

    def get_inlines(self, request, obj):
        is_training = obj is not None and obj.kind == Article.Kind.TRAINING
        return [inline for inline in self.inlines if inline is not DateInline or is_training]

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        article, given = form.instance, form.cleaned_data
        if given.get("picture_file"):
            keep_picture(article, given["picture_file"], given["picture_text"])
        elif hasattr(article, "picture") and given.get("picture_remove"):
            article.picture.delete()
        elif hasattr(article, "picture") and article.picture.text != given.get("picture_text", ""):
            article.picture.text = given["picture_text"]
            article.picture.save(update_fields=["text"])

    def get_urls(self):
        view = self.admin_site.admin_view
        own = [
            path("passung/", view(self.why_view), name="shop_article_why"),
            path("export.xlsx", view(self.workbook_view), name="shop_article_workbook"),
            path("<int:pk>/bild/", view(self.picture_view), name="shop_article_picture"),
        ]
        return own + super().get_urls()

    def workbook_view(self, request):
        """The export as a workbook, of the articles that the list shows."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        return self._do_file_export(SpreadsheetXlsx(), request, self.get_export_queryset(request))

    def picture_view(self, request, pk):
        article = self.get_object(request, str(pk))
        if article is None or not hasattr(article, "picture") or not self.has_view_permission(request, article):
            raise Http404
        return serve_picture(request, article, "small", article.picture.sha256[:16])

    @admin.display(description=_("picture"))
    def picture_now(self, obj):
        if not obj.pk or not hasattr(obj, "picture"):
            return "–"
        url = reverse("admin:shop_article_picture", args=[obj.pk])
        return format_html('<img src="{}" alt="{}" width="160">', url, obj.picture.text)

    @admin.display(description=_("seen by a customer?"))
    def why_link(self, obj):
        if not obj.pk:
            return "–"
        url = reverse("admin:shop_article_why", query={"article": obj.number})
        return format_html('<a href="{}">{}</a>', url, _("Check the fit for a customer"))

    def why_view(self, request):
        """Why a customer sees an article or not."""
        if not self.has_view_permission(request):
            raise Http404
        is_asked = "customer" in request.GET
        form = WhyForm(request.GET if is_asked else None, initial={"article": request.GET.get("article", "")})
        context = {
            **self.admin_site.each_context(request),
            "form": form,
            "opts": self.opts,
            "title": _("Check the fit"),
        }
        if form.is_valid():
            company, article = form.cleaned_data["customer"], form.cleaned_data["article"]
            context |= {"company": company, "article": article, "answer": explain(company, article)}
        return render(request, "admin/shop/fit.html", context)

    @admin.action(description=_("Put on sale"), permissions=["change"])
    def put_on_sale(self, request, queryset):
        self._switch(request, queryset, True)

    @admin.action(description=_("Take off sale"), permissions=["change"])
    def take_off_sale(self, request, queryset):
        self._switch(request, queryset, False)

    def _switch(self, request, queryset, is_active):
        rows = list(queryset.exclude(is_active=is_active))
        for article in rows:
            article.is_active = is_active
            article.save(update_fields=["is_active"])
            self.log_change(request, article, [{"changed": {"fields": ["is_active"]}}])
        text = ngettext("%(count)d article has been changed.", "%(count)d articles have been changed.", len(rows))
        self.message_user(request, text % {"count": len(rows)}, messages.SUCCESS)


@admin.register(Price)
class PriceAdmin(QuickList):
    list_display = ["article", "company", "from_quantity", "net", "valid_until"]
    list_editable = ["net", "valid_until"]
    list_select_related = ["article", "company"]
    search_fields = ["article__number", "article__name", "company__number"]
    autocomplete_fields = ["article", "company"]


class BookingInline(LookOnly):
    model = Booking
    fields = ["participant", "company", "order_number", "booked_at", "released_at"]
    readonly_fields = fields


@admin.register(TrainingDate)
class TrainingDateAdmin(Kept):
    list_display = ["article", "starts_at", "place", "taken_of", "is_called_off"]
    list_select_related = ["article"]
    list_filter = ["is_called_off"]
    date_hierarchy = "starts_at"
    search_fields = ["article__number", "article__name", "place"]
    autocomplete_fields = ["article"]
    inlines = [BookingInline]

    def get_queryset(self, request):
        return super().get_queryset(request).with_taken()

    @admin.display(description=_("booked"))
    def taken_of(self, obj):
        return f"{obj.taken} / {obj.seats}"


@admin.register(Synonym)
class SynonymAdmin(QuickList):
    form = SynonymForm
    list_display = ["words"]
    search_fields = ["words"]

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        forget_synonyms()

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        forget_synonyms()

    def delete_queryset(self, request, queryset):
        super().delete_queryset(request, queryset)
        forget_synonyms()


@admin.register(Miss)
class MissAdmin(ReadOnly):
    list_display = ["text", "count", "first_at", "last_at"]
    search_fields = ["text"]

    def has_delete_permission(self, request, obj=None):
        # Answered by a synonym or a new article, a line may go.
        return QuickList.has_delete_permission(self, request, obj)


@admin.register(VatCheck)
class VatCheckAdmin(QuickList):
    list_display = ["company", "vat_id", "checked_on", "checked_by"]
    list_select_related = ["company", "checked_by"]
    search_fields = ["company__number", "company__name", "vat_id"]
    autocomplete_fields = ["company"]

    def save_model(self, request, obj, form, change):
        obj.vat_id = obj.vat_id.replace(" ", "").upper()
        obj.checked_by = request.user
        super().save_model(request, obj, form, change)
