"""The vendor's admin: the portal's brand, allauth's login with its limits, and one page per company with all of it."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from access.admin import AccessEventInline, MembershipInline
from accounts.admin import CompanyAdmin
from contracts.admin import LicenceInline

admin.site.site_header = f"{settings.BRAND['name']} {settings.BRAND['portal']}"
admin.site.site_title = admin.site.site_header
admin.site.index_title = _("Administration")
admin.site.enable_nav_sidebar = True
# The admin's own login knows no limits on wrong tries; the portal's does.
admin.site.login = secure_admin_login(admin.site.login)

# Written by allauth; addresses are linked on the person's page.
admin.site.unregister(EmailAddress)

# A queued mail carries one-time links; nobody reads them here.
admin.site.unregister(ProcrastinateJob)

CompanyAdmin.inlines = [MembershipInline, LicenceInline, AccessEventInline]
