"""The tables of the admin grouped by work; every table stands in one area."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Area:
    """A kind of work; tables: "app.model" in the order of their use, the first is where its link leads."""

    slug: str
    title: str | Promise
    tables: tuple[str, ...]


AREAS = [
    Area(
        "kunden",
        _("Customers"),
        (
            "accounts.company", "accounts.user", "support.enquiry", "accounts.namechange", "accounts.deletionrequest",
            "accounts.newsletterconsent", "portal.wave",
        ),
    ),
    Area(
        "bestellungen",
        _("Orders"),
        ("orders.order", "orders.grant", "shop.vatcheck", "orders.erptoken", "orders.webhook", "orders.webhookcall"),
    ),
    Area(
        "katalog",
        _("Catalogue"),
        ("shop.article", "shop.category", "shop.price", "shop.trainingdate", "shop.miss", "shop.synonym"),
    ),
    Area(
        "versionen",
        _("Versions"),
        (
            "downloads.release", "downloads.releasefile", "downloads.upload", "downloads.installedversion",
            "downloads.downloadpass", "downloads.download",
        ),
    ),
    Area(
        "dokumente",
        _("Documents"),
        (
            "contracts.document", "contracts.publication", "contracts.electronicinvoice", "contracts.terms",
            "contracts.acceptance",
            "contracts.licence", "contracts.maintenance", "contracts.product", "contracts.documentopening",
            "contracts.deletionreport", "contracts.subprocessor", "contracts.subprocessorchange", "contracts.objection",
        ),
    ),
    Area(
        "zugaenge",
        pgettext_lazy("area", "Access"),
        (
            "access.membership", "access.accessrequest", "access.takeover", "access.invitation", "access.accessreview",
            "access.accessevent",
        ),
    ),
    Area(
        "betrieb",
        _("Operation"),
        (
            "portal.mailhandover", "portal.trouble", "portal.sweep", "portal.erprun", "portal.erpexport",
            "support.incident", "support.supporttext", "support.feature", "support.contact", "support.openingday",
            "support.adviser", "auth.group", "allauth_idp_oidc.client",
        ),
    ),
]  # fmt: skip


def grouped(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The areas of who looks, each with the tables they may open, in the form of Django's list of apps.

    apps: that list, cut to the person's permissions already.
    """
    tables = {f"{app['app_label']}.{table['object_name'].lower()}": table for app in apps for table in app["models"]}
    areas = []
    for area in AREAS:
        mine = [tables[name] for name in area.tables if name in tables]
        if mine:
            first = next((table["admin_url"] for table in mine if table["admin_url"]), "")
            areas.append({"name": area.title, "app_label": area.slug, "app_url": first, "models": mine})
    return areas
