"""The site map."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from orders.urls_erp import patterns as erp

from . import views
from .dates.views import calendar_feed
from .monitoring import health
from .monitoring.metrics import metrics
from .papers.views import authenticity

company = [
    path("", views.start, name="start"),
    path("konto/", include("accounts.urls")),
    path("dokumente/bestand/", include("downloads.urls_holdings")),
    path("dokumente/", include("contracts.urls")),
    path("zugaenge/", include("access.urls")),
    path("downloads/", include("downloads.urls")),
    path("support/", include("support.urls")),
    path("shop/", include("shop.urls")),
    path("bestellungen/", include("orders.urls")),
    path("stand/", include("portal.asof.urls")),
    path("termine/", include("portal.dates.urls")),
    path("papiere/", include("portal.papers.urls")),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("kunden/", views.chooser, name="chooser"),
    path("kunde/<str:number>/", include(company)),
    path("einladung/", include("access.urls_invitation")),
    path("konto/", include("accounts.urls_person")),
    path("pass/", include("downloads.urls_pass")),
    path("kalender/<str:token>/termine.ics", calendar_feed, name="calendar_feed"),
    path("anmeldung/", include("allauth.urls")),
    path("echtheit/", authenticity, name="authenticity"),
    path("sprache/", views.set_language, name="set_language"),
    path("brand.css", views.brand_css, name="brand_css"),
    path("health/", views.health, name="health"),
    path("health/live/", health.health_live, name="health_live"),
    path("health/ready/", health.health_ready, name="health_ready"),
    path("metrics/", metrics, name="metrics"),
    path("erp/v1/", include(erp, namespace="erp")),
    path("admin/", admin.site.urls),
]

if settings.IDP_OIDC_PRIVATE_KEY:
    urlpatterns.append(path("", include("accounts.urls_sso", namespace="idp")))

if settings.DEMO:
    urlpatterns.append(path("demo/", include("portal.demo.urls")))

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler429 = "portal.errors.too_many"
handler500 = "portal.errors.server_error"
