from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.lib.admin import Kept, QuickList
from portal.lib.tags import last_day

from ..models import Licence, Maintenance, Product


@admin.register(Product)
class ProductAdmin(Kept):
    list_display = ["number", "name", "tagline", "is_active"]
    search_fields = ["number", "name"]


class MaintenanceInline(admin.TabularInline):
    model = Maintenance
    extra = 0


class Until:
    """The column of the day on which a row ends, for lists and inlines."""

    @admin.display(description=_("until"), ordering="ends_on", empty_value="–")
    def until(self, obj: Licence | Maintenance) -> str | None:
        """A bought licence has no end to speak of."""
        return None if getattr(obj, "kind", "") == Licence.Kind.BOUGHT else last_day(obj.ends_on)


@admin.register(Licence)
class LicenceAdmin(Until, Kept):
    list_display = ["number", "company", "product", "kind", "until"]
    list_select_related = ["company", "product"]
    list_filter = ["kind", "product"]
    search_fields = ["number", "company__number", "company__name"]
    # By product, as elsewhere, the database would sort all of them for a page.
    ordering = ["number"]
    autocomplete_fields = ["company", "product"]
    inlines = [MaintenanceInline]


@admin.register(Maintenance)
class MaintenanceAdmin(Until, QuickList):
    list_display = ["licence", "kind", "starts_on", "until"]
    list_select_related = ["licence__product"]
    search_fields = ["licence__number"]
    autocomplete_fields = ["licence"]
