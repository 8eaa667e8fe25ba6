"""What every view promises before anybody opens it."""

import ast
from pathlib import Path

from django.conf import settings

from access.door import ANYBODY, HOLDER, MEMBER, PERSON
from access.rights import Right

from .sitemap import own_views

VIEWS = list(own_views())
INSIDE = "kunde/<str:number>/"
VIEW_FILES = sorted(
    path
    for pattern in ("[a-z]*/views.py", "[a-z]*/views/[a-z]*.py")
    for path in sorted(Path(settings.BASE_DIR).glob(pattern))
    if path.parent.name not in {"tests", "portal"}
) + sorted(Path(settings.BASE_DIR).glob("*/views/*.py"))


def test_every_page_declares_what_it_needs():
    """By a decorator of access.door, which agrees with the address about the company."""
    assert len(VIEWS) > 100
    needs = {name: (getattr(view, "needs", None), route) for name, route, view in VIEWS}
    assert [name for name, (need, _) in needs.items() if need not in {ANYBODY, PERSON, MEMBER, HOLDER, *Right}] == []
    inside = {name: (route.startswith(INSIDE), need not in {ANYBODY, PERSON}) for name, (need, route) in needs.items()}
    assert [name for name, (by_route, by_need) in inside.items() if by_route != by_need] == []


def test_view_and_address_share_one_name():
    assert [(name, view.__name__) for name, _route, view in VIEWS if view.__name__ != name] == []


def test_names_are_unique():
    names = [name for name, _route, _view in VIEWS]
    assert len(names) == len(set(names))


def nodes():
    """(file, node) of all code of the views."""
    assert len(VIEW_FILES) > 40
    return ((path, node) for path in VIEW_FILES for node in ast.walk(ast.parse(path.read_text())))


def test_views_reach_rows_through_the_company():
    """Edge 13: no view of a customer asks a table directly."""
    direct = [
        f"{path}:{node.lineno}"
        for path, node in nodes()
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


def test_views_are_short():
    long = [
        f"{path}: {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path, node in nodes()
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= 25
    ]
    assert long == []
