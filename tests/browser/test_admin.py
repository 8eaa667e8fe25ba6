"""Every page of the admin: read by axe, measured on a phone and a screen, listened to for breaches of the policy.

It walks the register of tables, so that a new one is looked at by itself.
"""

import datetime as dt
import uuid

import factory
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib import admin
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import Company
from portal.staff.customer.urls import ROUTES
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

# No fetching of styles: nothing of axe is then heard as a trouble of the page.
OPTIONS = {"preload": False}
WIDTHS = [360, 1280]
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
    models.BooleanField: lambda field: False,
    models.BinaryField: lambda field: b"x",
    models.IntegerField: lambda field: 1,
    models.DecimalField: lambda field: 1,
}


def row_of(model):
    """A row to look at: one of the demo's, or one with a sample in each field that wants something."""
    if found := model._default_manager.first():
        return found
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
    row = row_of(model)
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    yield f"{name} list", reverse(f"admin:{name}_changelist")
    if alike and table.search_fields:
        yield f"{name} empty", reverse(f"admin:{name}_changelist", query={"q": "zzzz"})
    yield f"{name} add", reverse(f"admin:{name}_add")
    for page in ["change", "decide", "recall", "upload", "why", *alike]:
        try:
            yield f"{name} {page}", reverse(f"admin:{name}_{page}", args=[row.pk])
        except NoReverseMatch:
            continue


# Refused where nobody may do it, or told by another page.
FINE = {200, 403, 404, 405}


# In the dark the same templates have other colours: some pages of each kind show them.
@pytest.mark.parametrize(("scheme", "every", "at_least"), [("light", 1, 100), ("dark", 7, 15)])
def test_every_page_of_the_admin_is_accessible_and_fits(scheme, every, at_least, demo, log_in, live_server):
    page = log_in("admin")
    page.emulate_media(color_scheme=scheme)
    found, looked = [], 0
    for name, address in list(addresses())[::every]:
        page.troubles.clear()
        answer = page.goto(live_server.url + address)
        if answer.status != 200:
            found += [f"{name}: {answer.status}"] * (answer.status not in FINE)
            continue
        looked += 1
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth")
            found += [f"{name}: {wide} wide at {width}"] * (wide > width)
        # Narrow pages are read in the dark, wide ones in the light.
        page.set_viewport_size({"width": 360 if scheme == "dark" else 1280, "height": 900})
        found += [f"{name}: {said}" for said in page.troubles]
        found += [f"{name}: {told(broken)}" for broken in Axe().run(page, options=OPTIONS).response["violations"]]
    assert found == []
    assert looked > at_least


def told(broken):
    return f"{broken['id']} at {broken['nodes'][0]['target'][0]}"
