from django.contrib import admin

from portal.lib.admin import Kept, QuickList

from .models import Article, Category, Price


@admin.register(Category)
class CategoryAdmin(Kept):
    list_display = ["path", "name", "position"]
    list_editable = ["position"]
    search_fields = ["path"]


class PriceInline(admin.TabularInline):
    model = Price
    extra = 0
    autocomplete_fields = ["company"]


@admin.register(Article)
class ArticleAdmin(Kept):
    list_display = ["number", "name", "kind", "category", "list_price", "is_active"]
    list_select_related = ["category"]
    list_filter = ["kind", "is_active", "fits"]
    search_fields = ["number", "name", "number_key"]
    autocomplete_fields = ["category", "grants", "fits"]
    inlines = [PriceInline]


@admin.register(Price)
class PriceAdmin(QuickList):
    list_display = ["article", "company", "from_quantity", "net", "valid_from", "valid_until"]
    list_select_related = ["article", "company"]
    search_fields = ["article__number", "article__name", "company__number"]
    autocomplete_fields = ["article", "company"]
