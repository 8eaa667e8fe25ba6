"""Who agreed to the newsletter, with the proof; the confirmed addresses as CSV for the mailing program."""

import csv

from django.contrib import admin
from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from portal.lib.admin import ReadOnly
from portal.lib.csv import safe_row

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
    list_display = ["email", "user", "asked_at", "confirmed_at", "ended_at", "end"]
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
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="newsletter.csv"'
        # Spreadsheets take it for UTF-8 with this mark only.
        response.write("\ufeff")
        writer = csv.writer(response, delimiter=";")
        writer.writerow(HEADER)
        for row in NewsletterConsent.objects.confirmed().select_related("user").order_by("email"):
            person = row.user
            names = [person.salutation, person.first_name, person.last_name, person.language] if person else [""] * 4
            when = row.confirmed_at.isoformat(timespec="seconds")
            link = url_of("newsletter_stop", row.token)
            writer.writerow(safe_row([row.email, *names, when, row.wording_version, link]))
        return response
