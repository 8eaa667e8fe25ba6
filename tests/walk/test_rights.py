"""What a new right has to bring: forgotten, one of these speaks."""

import pytest
from django.utils import translation
from django.utils.html import escape

from access.erp import RIGHTS
from access.rights import Right
from portal.reach import reach_of
from portal.tiles import TILES

from .test_declared import VIEWS

pytestmark = pytest.mark.django_db


def test_every_right_says_what_it_opens(acme):
    """The sentence beside a switch before it is saved: portal/reach.py."""
    said = reach_of(acme)
    assert set(said) == {right.value for right in Right} | {"sums"} == set(said["sums"]) | {"sums"}
    assert all(said.values())


def test_every_right_has_its_word_in_the_erp():
    assert set(RIGHTS.values()) == set(Right)


@pytest.mark.parametrize("right", Right)
def test_every_right_opens_a_page(right):
    assert [name for name, _route, view in VIEWS if view.needs == right]
    assert right in {tile.needs for tile in TILES} or right == Right.ACCOUNT, "Mein Konto opens for everybody"


@pytest.mark.parametrize("right", Right)
def test_every_right_has_a_german_name(right):
    with translation.override("en"):
        english = str(right.label)
    with translation.override("de"):
        assert str(right.label) != english or right == Right.DOWNLOADS


def test_the_table_of_people_has_a_column_for_each_right(acme, olga, ben, as_):
    page = as_(olga).get(f"/kunde/{acme.number}/zugaenge/").content.decode()
    for right in Right:
        assert escape(str(right.label)) in page
    assert page.count('role="switch"') >= len(Right)
