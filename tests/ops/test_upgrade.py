"""The last release goes on over the tables of this one, beside it: pages, orders, and the admin."""

import io
import subprocess
import tarfile
from contextlib import ExitStack

import pytest
from django.urls import reverse

from orders.models import Order

from ..faults import storm
from ..released import COMMIT
from .front import ROOT
from .webs import Web, environment_here, people, running  # noqa: F401 - fixture

# Of each person.
ORDERS = 3


@pytest.fixture
def released(tmp_path_factory):
    """The folder with the last release's code, out of git's history."""
    packed = subprocess.run(["git", "archive", COMMIT], cwd=ROOT, capture_output=True)
    if packed.returncode:
        pytest.skip(f"git's history here does not reach back to the last release, {COMMIT[:7]}")
    place = tmp_path_factory.mktemp("released")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(place, filter="data")
    return place


@pytest.mark.django_db(transaction=True)
def test_the_last_release_works_over_these_tables_beside_this_one(people, acme, admin, released, tmp_path):  # noqa: F811
    environment = environment_here(tmp_path)
    with running(Web(environment, released), Web(environment)) as (old, new):
        placed = []
        crowd = [storm.Customer(web, login, ORDERS, placed) for web, login in zip((old, old, new), people, strict=True)]
        with ExitStack() as stack:
            for person in crowd:
                person.start()
                stack.callback(person.join, storm.PATIENCE)
            found = pages_of(old, acme, people[1], admin.username)
        assert not [person.error for person in crowd if person.error], [person.error for person in crowd]
    assert set(found.values()) == {200}, found
    stored = [str(pk) for pk in Order.objects.values_list("pk", flat=True)]
    assert sorted(stored) == sorted(placed) and len(stored) == ORDERS * len(people)


NAMES = ["start", "people_list", "account", "document_list", "product_list", "article_list", "cart_detail"]
NAMES += ["order_list", "support", "training_list"]


def pages_of(web, company, holder, staff):
    """Address -> status of the main pages of a release."""
    found = {}
    for login, paths in (
        (holder, [reverse(name, args=[company.number]) for name in NAMES]),
        (staff, [reverse("admin:index"), reverse("admin:orders_order_changelist")]),
    ):
        reader = storm.Customer(web, login, 0, [])
        reader.log_in()
        found |= {path: reader.ask("get", path).status_code for path in paths}
    return found
