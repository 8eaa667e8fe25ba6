"""Every page of the admin: read by axe, measured, and listened to for breaches of the policy.

It walks the register of tables, so that a new one is looked at by itself.
"""

import datetime as dt
import uuid
from contextlib import suppress

import factory
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, models, transaction
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import Company, User
from orders.models import Order
from portal.models import Sweep
from portal.staff.customer.urls import ROUTES
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

# What WCAG 2.2 AA asks, without the rules for sound and frames, of which the admin has none; no fetching of styles.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OFF = ["audio-caption", "video-caption", "no-autoplay-audio", "frame-tested", "frame-title", "frame-focusable-content"]
OPTIONS = {
    "preload": False,
    "iframes": False,
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {name: {"enabled": False} for name in OFF},
}
CONTRAST = {"preload": False, "resultTypes": ["violations"], "runOnly": ["color-contrast"]}
FACTORIES = {
    made._meta.model: made
    for made in vars(make).values()
    if isinstance(made, type) and issubclass(made, factory.django.DjangoModelFactory) and made._meta.model
}
SAMPLES = {
    models.EmailField: lambda field: "jemand@example.org",
    models.URLField: lambda field: "https://example.org/",
    models.CharField: lambda field: "Grundstücksverwaltung"[: field.max_length],
    models.TextField: lambda field: "Ein Satz.",
    models.DateTimeField: lambda field: timezone.now(),
    models.DateField: lambda field: dt.date(2026, 12, 31),
    models.UUIDField: lambda field: uuid.uuid4(),
    models.JSONField: lambda field: {},
    ArrayField: lambda field: [],
    models.BooleanField: lambda field: False,
    models.BinaryField: lambda field: b"x",
    models.IntegerField: lambda field: 1,
    models.DecimalField: lambda field: 1,
}


def row_of(model):
    """A row to look at: one of the demo's, or one with a sample in each field that wants something."""
    if found := model._default_manager.first():
        return found
    if model is Sweep:
        # What is swept is a table, and the page names it.
        return Sweep.objects.create(table="shop.Miss", job="tidy", at=timezone.now(), removed=1, total=1)
    if model in FACTORIES:
        return FACTORIES[model]()
    wanted = [field for field in model._meta.concrete_fields if not (field.has_default() or field.null or field.blank)]
    filled = [field for field in wanted if field.related_model or not field.primary_key]
    return model._default_manager.create(**{field.name: sample(field) for field in filled})


def sample(field):
    if field.related_model:
        return row_of(field.related_model)
    if field.choices:
        return next(value for value, _ in field.flatchoices if value)
    return next(SAMPLES[kind](field) for kind in type(field).__mro__ if kind in SAMPLES)


def addresses():
    """(name, address) of all pages that staff open."""
    company = Company.objects.get(number="12345")
    yield "home", reverse("admin:index")
    yield "search", reverse("admin:search", query={"q": "sonn"})
    yield "nothing found", reverse("admin:search", query={"q": "zzzz"})
    yield "invite a company", reverse("admin:welcome")
    yield "person", reverse("admin:person", args=[company.memberships.first().user_id])
    for route, _view, name in ROUTES:
        if "<" not in route and name not in {"customer_note_create", "customer_paper"}:
            yield name, reverse(f"admin:{name}", args=[company.pk])
    for number, (model, table) in enumerate(admin.site._registry.items()):
        yield from pages_of(model, table, ALIKE if number % 8 == 0 else [])


# Pages that look the same whatever the table: those of some tables are enough.
ALIKE = ["history", "delete"]


def pages_of(model, table, alike):
    try:
        with transaction.atomic():
            row = row_of(model)
    except IntegrityError:
        # Rows that only the portal can write in one piece with what they tell of.
        row = None
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    yield f"{name} list", reverse(f"admin:{name}_changelist")
    if alike and table.search_fields:
        yield f"{name} empty", reverse(f"admin:{name}_changelist", query={"q": "zzzz"})
    is_added = table.has_add_permission(request_of_admin())
    if is_added:
        yield f"{name} add", reverse(f"admin:{name}_add")
    # A form to fill in shows every field; the row's own page shows what is read, and rows of another kind.
    form = [] if is_added and not table.inlines and not table.readonly_fields else ["change"]
    for page in [*form, "decide", "preview", "recall", "upload", "new", *alike] if row else []:
        for args in ([row.pk], []):
            with suppress(NoReverseMatch):
                yield f"{name} {page}", reverse(f"admin:{name}_{page}", args=args)


def request_of_admin():
    request = RequestFactory().get("/")
    request.user = User.objects.get(username="admin")
    return request


# Refused where nobody may do it, or told by another page.
FINE = {200, 403, 404, 405}


@pytest.fixture
def page(demo, log_in):
    page = log_in("admin")
    page.set_viewport_size({"width": 1280, "height": 900})
    return page


def test_every_page_of_the_admin_is_accessible(page, live_server):
    found, looked = [], 0
    for name, address in addresses():
        page.troubles.clear()
        answer = page.goto(live_server.url + address)
        if answer.status != 200:
            found += [f"{name}: {answer.status}"] * (answer.status not in FINE)
            continue
        looked += 1
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{name}: {wide} wide"] * (wide > 1280)
        found += [f"{name}: {said}" for said in page.troubles]
        found += [f"{name}: {broken}" for broken in broken_on(page, OPTIONS)]
    assert not found, "\n".join(found)
    assert looked > 100


def test_the_main_pages_are_readable_in_the_dark(page, live_server):
    page.emulate_media(color_scheme="dark")
    order = Order.objects.filter(state="received").first() or make.OrderFactory()
    main = {
        "home": reverse("admin:index"),
        "customer": reverse("admin:customer", args=[order.company_id]),
        "decide": reverse("admin:orders_order_decide", args=[order.pk]),
        "orders": reverse("admin:orders_order_changelist"),
        "customers": reverse("admin:accounts_company_changelist"),
    }
    found = []
    for name, address in main.items():
        assert page.goto(live_server.url + address).status == 200, name
        found += [f"{name}: {broken}" for broken in broken_on(page, CONTRAST)]
    assert not found, "\n".join(found)


def broken_on(page, options):
    violations = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']} at {one['nodes'][0]['target'][0]}" for one in violations]
