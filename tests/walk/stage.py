"""The cast and its world, made once for the tests of a module that import these fixtures instead of the usual ones.

Every test begins with them untouched: it works on a savepoint, on rows and files of its own copying. Not for modules
whose tests have transactions of their own.
"""

import copy
import shutil
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import override_settings

from access.rights import Right

from ..conftest import log_in, member, sonnenhof, stored_at, stranger
from .world import build

PEOPLE = ["olga", "deniz", "ben", "dora", "carla", "kim", "nils", "mallory"]
__all__ = ["scene", "staged", "as_", "world", "acme", "elsewhere", *PEOPLE]
RIGHTS = {
    "deniz": ("Deniz", "Demir", *Right),
    "ben": ("Ben", "Bauer", Right.SHOP),
    "dora": ("Dora", "Dietz", Right.DOWNLOADS),
    "carla": ("Carla", "Conrad", Right.CONTRACTS),
    "kim": ("Kim", "Krause", Right.ACCOUNT),
}


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker, tmp_path_factory):
    """What stands in the database while a module's tests run; they take it from the fixtures below."""
    folder = tmp_path_factory.mktemp("scene")
    whole = transaction.atomic()
    with django_db_blocker.unblock():
        whole.__enter__()
        with override_settings(**stored_at(folder)):
            made = cast()
    yield SimpleNamespace(made=made, folder=folder)
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        whole.__exit__(None, None, None)


def cast():
    acme = sonnenhof()
    people = {"olga": member(acme, "Olga", "Oswald", is_holder=True, is_main_holder=True)}
    people |= {name: member(acme, *who) for name, who in RIGHTS.items()}
    people["nils"] = member(acme, "Nils", "Neumann", Right.SHOP, accepted_at=None)
    elsewhere = stranger()
    people["mallory"] = member(elsewhere, "Mallory", "Meier", is_holder=True, is_main_holder=True)
    world = build(acme, people["olga"], people["nils"])
    cookies = {person.pk: log_in(person).cookies for person in people.values()}
    return SimpleNamespace(acme=acme, elsewhere=elsewhere, world=world, cookies=cookies, **people)


@pytest.fixture
def staged(db, scene, own_files, tmp_path):
    """The test's own copy of rows and files."""
    if (scene.folder / "files").exists():
        shutil.copytree(scene.folder / "files", tmp_path / "files")
    return copy.deepcopy(scene.made)


def _one(name):
    return pytest.fixture(lambda staged: getattr(staged, name), name=name)


world, acme, elsewhere = map(_one, ("world", "acme", "elsewhere"))
olga, deniz, ben, dora, carla, kim, nils, mallory = map(_one, PEOPLE)


@pytest.fixture
def as_(staged):
    """A client logged in as a person, with the session that one of the cast has had since the scene was set."""

    def client_of(person):
        if person is None or person.pk not in staged.cookies:
            return log_in(person)
        client = log_in(None)
        client.cookies = copy.deepcopy(staged.cookies[person.pk])
        return client

    return client_of
