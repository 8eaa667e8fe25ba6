from django.contrib import admin

from portal.lib.admin import Kept, LookOnly, QuickList

from ..models import Licence, Maintenance, Product


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


@admin.register(Maintenance)
class MaintenanceAdmin(QuickList):
    list_display = ["licence", "kind", "starts_on", "ends_on"]
    list_select_related = ["licence__product"]
    search_fields = ["licence__number"]
    autocomplete_fields = ["licence"]
