"""What the vendor's admin pages share."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .files import safe_name, sends_file, serve_protected, sha256_of
from .forms import RowRenderer
from .large import MOST, find, of_keys
from .searching import words_of

# Stands for a row's key in an address.
ANY = "7000000000001"

if TYPE_CHECKING:
    # What it is mixed into.
    _Mixed = admin.ModelAdmin
else:
    _Mixed = object


class Searched(_Mixed):
    """For a ModelAdmin: its search, in lists and where rows are picked, asks as all searches of the portal do."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        fields = self.get_search_fields(request)
        if not fields or not words_of(search_term):
            return queryset, False
        found = find(queryset, search_term, *fields)
        if found.is_more:
            tell_of_more(request)
        return of_keys(queryset, found.keys), False


def tell_of_more(request: HttpRequest) -> None:
    """That a list does not show everything that was found; not said where rows are picked."""
    if request.resolver_match and str(request.resolver_match.url_name).endswith("_changelist"):
        messages.info(request, _("More than %(most)s rows were found. Please search more precisely.") % {"most": MOST})


class Capped(Paginator):
    """Pages of a list of which nobody knows the end: counting goes no further than anybody turns pages."""

    MOST = 2000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return len(rows.order_by().values_list("pk")[: self.MOST])

    @property
    def is_capped(self) -> bool:
        """Whether there may be more rows than were counted."""
        return self.count == self.MOST


class Rows(ChangeList):
    """A list whose rows' addresses are made from one of them: finding a page's address costs more than its row."""

    # The page a row leads to; "" is its form.
    page = ""

    def url_for_result(self, result: Any) -> str:
        return self._address.replace(ANY, str(quote(getattr(result, self.pk_attname))))

    @cached_property
    def _address(self) -> str:
        page = self.page or f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(page, args=[ANY], current_app=self.model_admin.admin_site.name)


class QuickList(Searched, admin.ModelAdmin):
    """Lists that stay quick over large tables: no count of everything, no choice lists of thousands."""

    show_full_result_count = False
    list_per_page = 25
    paginator = Capped

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Rows

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_formset(request, renderer=RowRenderer(), **kwargs)

    def action_checkbox(self, obj: Any) -> SafeString:
        """As Django's, without a template for each row."""
        label = gettext("Select this object for an action - {}").format(obj)
        return format_html(
            '<input type="checkbox" name="_selected_action" value="{}" class="action-select" aria-label="{}">',
            obj.pk, label,
        )  # fmt: skip


class Kept(QuickList):
    """Rows that contracts or orders stand on: they are corrected or closed, never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(Kept):
    """Traces: nobody writes or changes them here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LookOnly(admin.TabularInline):
    """Rows of another kind on a page, to look at; each opens its own page where there is one."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class WithFile(Kept):
    """Rows with a file: size, hash and name are computed from what is uploaded, and it is read through a check."""

    readonly_fields = ["file_name", "size", "sha256", "file_link"]

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        if "file" in form.changed_data:
            describe_file(obj)
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_file"
        own = [path("<path:object_id>/datei/", self.admin_site.admin_view(self.file_view), name=name)]
        return own + super().get_urls()

    @sends_file
    def file_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        return serve_protected(request, obj.file, name=obj.file_name, sha256=obj.sha256)

    @admin.display(description=_("stored file"))
    def file_link(self, obj: Any) -> str:
        if not obj.pk or not obj.sha256:
            return "–"
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_file", args=[obj.pk])
        return format_html('<a href="{}">{}</a>', url, obj.file_name)


def describe_file(obj: Any) -> None:
    """Fill in name, size in bytes and SHA-256 from the file that was just given."""
    obj.file_name = safe_name(obj.file.name) or "file"
    obj.size = obj.file.size
    obj.sha256 = sha256_of(obj.file)
