"""The mail archive: what the portal sent or tried to send, to whom, what became of it; sent again where that may be."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, linebreaks
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.acting import Actor
from accounts.models import Company, User
from portal.lib.admin import ReadOnly
from portal.lib.refusals import told
from portal.models import MailHandover
from portal.resending import has_new_link, send_again, send_new_link, why_not_again

LIST = "admin:portal_mailhandover_changelist"


def url_of_mails(*, company: Company | None = None, person: User | None = None) -> str:
    """The archive narrowed to one company or person, the newest first."""
    wanted = {"company__id__exact": company and company.pk, "user__id__exact": person and person.pk}
    return reverse(LIST, query={name: pk for name, pk in wanted.items() if pk})


@admin.register(MailHandover)
class MailHandoverAdmin(ReadOnly):
    """Three kinds want a decision: unclear (a worker died before the mail server's answer), refused, and come back."""

    list_display = ["when", "address", "subject", "state", "reason"]
    list_filter = ["state", "topic", ("made_at", admin.DateFieldListFilter)]
    search_fields = ["address", "subject"]
    search_help_text = gettext_lazy("Address or subject")
    actions = ["send_again", "leave"]
    change_form_template = "admin/portal/mail.html"
    fieldsets = [
        (None, {"fields": ["to", "whom", "thing", "subject", "state", "reason", "when", "news", "sent_by"]}),
        (None, {"fields": ["words"]}),
    ]
    readonly_fields = ["to", "whom", "thing", "words", "subject", "state", "reason", "when", "news", "sent_by"]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        known = {"company__id__exact", "user__id__exact"}
        return lookup in known or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MailHandover]:
        # A list reads no texts.
        is_page = request.resolver_match is not None and "object_id" in request.resolver_match.kwargs
        return super().get_queryset(request).defer("raw" if is_page else "text", "raw")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<path:object_id>/erneut/", view(self.again), name="portal_mailhandover_again"),
            path("<path:object_id>/neuer-link/", view(self.link), name="portal_mailhandover_link"),
        ]
        return own + super().get_urls()

    def has_settle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("portal.change_mailhandover")

    @admin.action(description=gettext_lazy("Send the selected mails that did not arrive again"), permissions=["settle"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[MailHandover]) -> None:
        self._settle(request, queryset, again=True)

    @admin.action(description=gettext_lazy("Leave the selected mails that did not arrive"), permissions=["settle"])
    def leave(self, request: HttpRequest, queryset: QuerySet[MailHandover]) -> None:
        self._settle(request, queryset, again=False)

    def _settle(self, request: HttpRequest, queryset: QuerySet[MailHandover], *, again: bool) -> None:
        for pk in queryset.filter(state__in=MailHandover.OPEN).values_list("pk", flat=True):
            with transaction.atomic():
                # Who came first has decided; and what is settled and what is sent anew are one.
                open_now = MailHandover.objects.select_for_update(of=["self"]).filter(state__in=MailHandover.OPEN)
                if row := open_now.filter(pk=pk).first():
                    row.settle(again=again)
                    self.log_change(request, row, _("Sent again.") if again else _("Left as it is."))

    def again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        mail = self._posted(request, object_id)
        with told(request):
            made = send_again(Actor.staff(self._staff(request)), mail)
            self.log_change(request, mail, _("Sent again."))
            messages.success(request, _("The mail is on its way again, to %s.") % ", ".join(made.recipients))
            return redirect("admin:portal_mailhandover_change", made.pk)
        return redirect("admin:portal_mailhandover_change", mail.pk)

    def link(self, request: HttpRequest, object_id: str) -> HttpResponse:
        mail = self._posted(request, object_id)
        with told(request):
            send_new_link(Actor.staff(self._staff(request)), mail)
            self.log_change(request, mail, _("A new link was sent."))
            messages.success(request, _("A new link is on its way."))
        return redirect("admin:portal_mailhandover_change", mail.pk)

    def _posted(self, request: HttpRequest, object_id: str) -> MailHandover:
        mail = self.get_object(request, object_id)
        if mail is None or request.method != "POST" or not self.has_settle_permission(request):
            raise Http404
        return mail

    @staticmethod
    def _staff(request: HttpRequest) -> User:
        assert isinstance(request.user, User)  # noqa: S101 - admin_view lets nobody else in
        return request.user

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        mail = context["original"]
        may = self.has_settle_permission(request)
        context |= {"may_settle": may, "why_not": why_not_again(mail), "has_new_link": has_new_link(mail)}
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("date"), ordering="made_at")
    def when(self, mail: MailHandover) -> str:
        return exact(mail.made_at)

    @admin.display(description=gettext_lazy("last news"))
    def news(self, mail: MailHandover) -> str:
        return exact(mail.at)

    @admin.display(description=gettext_lazy("to"))
    def to(self, mail: MailHandover) -> str:
        return ", ".join(mail.recipients)

    @admin.display(description=gettext_lazy("person and company"))
    def whom(self, mail: MailHandover) -> str:
        named = [(row, _page(row._meta.label_lower, str(row.pk))) for row in (mail.user, mail.company) if row]
        return _links(named)

    @admin.display(description=gettext_lazy("about"))
    def thing(self, mail: MailHandover) -> str:
        url = _page(mail.about_table, mail.about_key)
        return format_html('<a href="{}">{}</a>', url, mail.get_topic_display()) if url else mail.get_topic_display()

    @admin.display(description=gettext_lazy("text"))
    def words(self, mail: MailHandover) -> str:
        # linebreaks() escapes.
        return mark_safe(linebreaks(mail.text, autoescape=True)) if mail.text else "–"  # noqa: S308


def exact(moment: datetime) -> str:
    """ "31.12.2026, 23:59" """
    return date_format(timezone.localtime(moment), "d.m.Y, H:i")


def _page(table: str, key: str) -> str:
    """The admin's page of a row, or "" where its table has none."""
    try:
        return reverse(f"admin:{table.replace('.', '_')}_change", args=[key]) if table else ""
    except NoReverseMatch:
        return ""


def _links(named: list[tuple[Any, str]]) -> str:
    made = [format_html('<a href="{}">{}</a>', url, row) if url else str(row) for row, url in named]
    return format_html(" · ".join(["{}"] * len(made)), *made) if made else "–"
