"""The cast: the people of one company, somebody of another, and nobody.

olga (holder)  deniz (deputy)  ben (shop)  dora (downloads)  carla (contracts)  kim (account)  nils (invited)
mallory (holder elsewhere)
"""

import os
import shutil

import pytest
from django.conf import settings as conf
from django.test import Client
from playwright.sync_api import expect

from access.rights import Right
from support import incidents

from . import emptying
from . import factories as make
from .database import copy_of_template
from .threads import ENDS_IN, PATIENCE

# Minutes in one piece: begun first, so that nobody waits for one of them alone at the end.
LONG = {
    "test_faults.py", "test_weather.py", "test_run.py", "test_markup.py", "test_measured.py", "test_accessible.py",
    "test_admin.py",
}  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name not in LONG)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """A copy of the migrated database, for this run or this worker of it alone."""
    from django.db import connection

    with django_db_blocker.unblock(), copy_of_template(connection, f"test_run_{os.getpid()}"):
        emptying.keep(connection)
        yield


@pytest.fixture(autouse=True)
def no_incidents():
    """What an earlier test or process knew of incidents is nobody's here; saving one makes it known."""
    incidents.remember([], seconds=float("inf"))


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    """Each test has a storage of its own; no test leaves files behind."""
    for name, value in stored_at(tmp_path).items():
        setattr(settings, name, value)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


def stored_at(folder):
    """The settings of a portal that keeps its files in this folder."""
    storages = {**conf.STORAGES}
    storages["default"] = {**storages["default"], "OPTIONS": {"location": folder / "files"}}
    storages["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    return {"DATA_DIR": folder, "STATIC_ROOT": folder, "EMAIL_FILE_PATH": folder / "mail", "STORAGES": storages}


@pytest.fixture
def acme(db):
    return sonnenhof()


def sonnenhof():
    """Hausverwaltung Sonnenhof with a running, maintained licence of DOMUS 4000."""
    company = make.CompanyFactory(number="12345", name="Hausverwaltung Sonnenhof GmbH")
    licence = make.LicenceFactory(company=company)
    make.MaintenanceFactory(licence=licence)
    return company


def member(company, first, last, *rights, **more):
    email = more.pop("email", f"{first}@{company.number}.example".lower())
    user = make.UserFactory(first_name=first, last_name=last, email=email)
    membership = make.MembershipFactory(company=company, user=user, rights=rights, **more)
    user.at = {company.number: membership}
    return user


@pytest.fixture
def olga(acme):
    return member(acme, "Olga", "Oswald", is_holder=True, is_main_holder=True)


@pytest.fixture
def deniz(acme, olga):
    return member(acme, "Deniz", "Demir", *Right)


@pytest.fixture
def ben(acme, olga):
    return member(acme, "Ben", "Bauer", Right.SHOP)


@pytest.fixture
def dora(acme, olga):
    return member(acme, "Dora", "Dietz", Right.DOWNLOADS)


@pytest.fixture
def carla(acme, olga):
    return member(acme, "Carla", "Conrad", Right.CONTRACTS)


@pytest.fixture
def kim(acme, olga):
    return member(acme, "Kim", "Krause", Right.ACCOUNT)


@pytest.fixture
def nils(acme, olga):
    return member(acme, "Nils", "Neumann", Right.SHOP, accepted_at=None)


@pytest.fixture
def elsewhere(db):
    return stranger()


def stranger():
    """Another customer with the same product."""
    company = make.CompanyFactory(number="66666", name="Fremde Verwaltung AG")
    make.LicenceFactory(company=company)
    return company


@pytest.fixture
def mallory(elsewhere):
    return member(elsewhere, "Mallory", "Meier", is_holder=True, is_main_holder=True)


@pytest.fixture
def admin(db):
    return make.UserFactory(username="admin", first_name="Ada", last_name="Admin", is_staff=True, is_superuser=True)


@pytest.fixture
def as_():
    """A client logged in as a person; as_(None) is nobody."""

    return log_in


def log_in(person):
    client = Client()
    if person is not None:
        client.force_login(person, backend="accounts.backends.LoginNameBackend")
    return client


# --- a real browser ---

# No proof hangs on these: they only end what would wait for ever.
expect.set_options(timeout=1000 * ENDS_IN)
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """An installed Chromium where there is one, else Playwright's own."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    own = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **own, "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.fixture
def visit(browser, live_server, as_):
    """visit(person, path, **context) opens a page in a browser of that person; None is nobody."""
    contexts = []

    def visit(person, path, **options):
        context = browser.new_context(locale="de-DE", **options)
        context.set_default_timeout(1000 * PATIENCE)
        contexts.append(context)
        if person is not None:
            session = as_(person).cookies[conf.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": conf.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    yield visit
    for context in contexts:
        context.close()
