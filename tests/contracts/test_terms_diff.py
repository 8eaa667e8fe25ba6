"""What changed between two versions of the terms: in words, not by colour alone."""

import datetime as dt

import pytest
from django.urls import reverse

from contracts.comparing import compare
from tests import factories as make

from .test_avv import paper

pytestmark = pytest.mark.django_db
OLD = "Die Pflege beginnt am Ersten. Sie kostet 100 Euro. Der Anbieter hilft per Telefon. Es gilt deutsches Recht."
NEW = OLD.replace("100", "120") + " Neu ist dies."


def version(text, year, **more):
    return make.TermsFactory(
        kind="SPV", number="SPV", title="Bedingungen", valid_from=dt.date(year, 1, 1), content=paper(text), **more
    )


def test_words_are_compared_inside_a_changed_sentence():
    passages = compare([OLD], [NEW])
    changed = [part for passage in passages for part in passage.parts if part[0] != "same"]
    assert changed == [("removed", "100"), ("added", "120"), ("added", "Neu ist dies.")]
    assert " ".join(text for passage in passages for kind, text in passage.parts if kind != "removed") == NEW
    assert " ".join(text for passage in passages for kind, text in passage.parts if kind != "added") == OLD


def test_where_lines_break_makes_no_difference():
    assert compare(["Ein Satz, der", "umbricht. Noch einer."], ["Ein Satz, der umbricht.", "Noch einer."]) == []


def test_long_unchanged_runs_are_folded():
    same = [f"Satz {number}." for number in range(40)]
    passages = compare([*same, "Alt."], [*same, "Neu."])
    assert [passage.count for passage in passages if passage.is_folded] == [39]


def test_the_page_marks_what_was_added_and_removed(carla, as_):
    before, after = version(OLD, 2020), version(NEW, 2024)
    client = as_(carla)
    assert (
        reverse("terms_diff", args=["12345", after.pk])
        in client.get(reverse("terms_list", args=["12345"])).content.decode()
    )
    page = client.get(reverse("terms_diff", args=["12345", after.pk])).content.decode()
    assert '<ins><span class="visually-hidden">eingefügt: </span>120</ins>' in page
    assert '<del><span class="visually-hidden">entfernt: </span>100</del>' in page
    assert "davor gibt es keine" in client.get(reverse("terms_diff", args=["12345", before.pk])).content.decode()


def test_any_earlier_version_can_be_chosen(carla, as_):
    first = version("Ganz alt.", 2018)
    version(OLD, 2020)
    newest = version(NEW, 2024)
    url = reverse("terms_diff", args=["12345", newest.pk])
    page = as_(carla).get(url, {"with": first.pk}).content.decode()
    assert "neben der vom 01.01.2018" in page
    for nonsense in ("x", "-1", str(newest.pk), "\0"):
        assert "neben der vom 01.01.2020" in as_(carla).get(url, {"with": nonsense}).content.decode()


def test_a_version_whose_words_cannot_be_read_says_so(carla, as_):
    make.TermsFactory(kind="SPV", number="SPV", valid_from=dt.date(2020, 1, 1))
    newest = version(NEW, 2024)
    page = as_(carla).get(reverse("terms_diff", args=["12345", newest.pk])).content.decode()
    assert "lässt sich nicht aus dem PDF lesen" in page


def test_a_version_of_the_future_is_not_there_yet(carla, as_):
    version(OLD, 2020)
    later = version(NEW, 2099)
    assert as_(carla).get(reverse("terms_diff", args=["12345", later.pk])).status_code == 404
