"""What every view promises before anybody opens it."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from access.door import ANYBODY, HOLDER, MEMBER, PERSON
from access.rights import Right

from .sitemap import own_views

VIEWS = list(own_views())
VIEW_FILES = sorted(
    path
    for pattern in ("[a-z]*/views.py", "[a-z]*/views/[a-z]*.py")
    for path in sorted(Path(settings.BASE_DIR).glob(pattern))
    if path.parent.name not in {"tests", "portal"}
) + sorted(Path(settings.BASE_DIR).glob("*/views/*.py"))


@pytest.mark.parametrize("name, route, view", VIEWS, ids=[name for name, _route, _view in VIEWS])
def test_every_page_declares_what_it_needs(name, route, view):
    needs = getattr(view, "needs", None)
    assert needs in {ANYBODY, PERSON, MEMBER, HOLDER, *Right}, f"{name} wears no decorator of access.door"
    inside = route.startswith("kunde/<str:number>/")
    assert inside == (needs not in {ANYBODY, PERSON}), f"{name} and its address disagree about the company"


@pytest.mark.parametrize("name, route, view", VIEWS, ids=[name for name, _route, _view in VIEWS])
def test_view_and_address_share_one_name(name, route, view):
    assert view.__name__ == name


def test_names_are_unique():
    names = [name for name, _route, _view in VIEWS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", VIEW_FILES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_views_reach_rows_through_the_company(path):
    """Edge 13: no view of a customer asks a table directly."""
    direct = [
        f"{path.name}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr == "objects"
        and isinstance(node.value, ast.Name)
        and node.value.id
        not in {
            "Article",
            "Release",
            "Terms",
            "Feature",
            "Contact",
            "SupportText",
            "SubProcessor",
            "SubProcessorChange",
        }
    ]
    assert direct == []


@pytest.mark.parametrize("path", VIEW_FILES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_views_are_short(path):
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= 25
    ]
    assert long == []
