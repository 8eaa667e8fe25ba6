"""Addresses of the customers' pages, below those of their tables in the admin."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from . import (
    actions,
    calls,
    documents,
    downloads,
    licences,
    log,
    look,
    mails,
    notes,
    order,
    orders,
    overview,
    people,
    person,
)

CUSTOMER = "accounts/company/<int:pk>/"
ROUTES: list[tuple[str, Callable[..., Any], str]] = [
    ("", overview.overview, "customer"),
    ("personen/", people.people, "customer_people"),
    ("personen/<int:membership>/einladung/", people.invitation_again, "customer_invitation"),
    ("lizenzen/", licences.licences, "customer_licences"),
    ("bestellungen/", orders.orders, "customer_orders"),
    ("dokumente/", documents.documents, "customer_documents"),
    ("downloads/", downloads.downloads, "customer_downloads"),
    ("protokoll/", log.log, "customer_log"),
    ("mails/", mails.mails, "customer_mails"),
    ("notizen/", notes.note_create, "customer_note_create"),
    ("notizen/<int:note>/loeschen/", notes.note_delete, "customer_note_delete"),
    ("sperren/", actions.block, "customer_block"),
    ("dokumente/senden/", documents.paper_again, "customer_paper"),
    ("artikel/", calls.article, "customer_article"),
    ("berechtigt/", calls.allowed, "customer_allowed"),
    ("bestellen/", order.order, "customer_order"),
    ("ansehen/", look.look, "customer_look"),
]


def urls(admin_view: Callable[[Any], Any]) -> list[URLPattern]:
    """All of them behind the admin's own door."""
    own = [path(CUSTOMER + route, admin_view(view), name=name) for route, view, name in ROUTES]
    return [*own, path("accounts/user/<int:pk>/", admin_view(person.person), name="person")]
