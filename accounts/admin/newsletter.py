"""Who agreed to the newsletter, with the proof; the confirmed addresses as CSV for the mailing program."""

from django.contrib import admin
from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from portal.lib.admin import ReadOnly
from portal.lib.csv import csv_response

from ..mails import url_of
from ..models import NewsletterConsent

HEADER = [
    "email",
    "salutation",
    "first_name",
    "last_name",
    "language",
    "confirmed_at",
    "wording_version",
    "unsubscribe",
]


@admin.register(NewsletterConsent)
class NewsletterConsentAdmin(ReadOnly):
    list_display = ["email", "user", "confirmed_at", "ended_at", "end"]
    list_select_related = ["user"]
    list_filter = ["end", ("confirmed_at", admin.EmptyFieldListFilter), ("ended_at", admin.EmptyFieldListFilter)]
    search_fields = ["email", "user__last_name"]
    actions = ["stop"]
    change_list_template = "admin/accounts/newsletter_list.html"

    def has_stop_permission(self, request):
        return request.user.has_perm("accounts.change_newsletterconsent")

    @admin.action(description=_("End the selected consents"), permissions=["stop"])
    def stop(self, request, queryset):
        for consent in queryset:
            consent.stop(NewsletterConsent.End.STAFF)

    def get_urls(self):
        own = [path("export.csv", self.admin_site.admin_view(self.export), name="accounts_newsletterconsent_export")]
        return own + super().get_urls()

    def export(self, request):
        """Confirmed addresses only, each with the address that its List-Unsubscribe header has to name (RFC 8058)."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        found = NewsletterConsent.objects.confirmed().select_related("user").order_by("email")
        return csv_response("newsletter.csv", HEADER, (_line(row) for row in found.iterator(chunk_size=500)))


def _line(row):
    person = row.user
    names = [person.salutation, person.first_name, person.last_name, person.language] if person else [""] * 4
    when = row.confirmed_at.isoformat(timespec="seconds")
    return [row.email, *names, when, row.wording_version, url_of("newsletter_stop", row.token)]
