"""The line of time of a product's versions: places, room for labels, and the page."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.urls import reverse

from downloads.timeline import timeline_of
from tests import factories as make


def release(version, day, **more):
    told = {"withdrawn_on": None, "installed_at": [], "is_entitled": True, **more}
    return SimpleNamespace(version=version, released_on=dt.date.fromisoformat(day), **told)


def test_dots_stand_where_their_day_is_and_years_where_they_begin():
    releases = [release("3", "2026-12-31"), release("2", "2026-01-01"), release("1", "2025-01-01")]
    line = timeline_of(releases)
    assert [dot.release.version for dot in line.dots] == ["1", "2", "3"]
    assert [dot.x for dot in line.dots] == ["3.0%", "50.1%", "97.0%"]
    assert [dot.anchor for dot in line.dots] == ["start", "middle", "end"]
    assert line.years == [("50.1%", 2026)]


def test_labels_of_the_same_weeks_stand_under_each_other_and_the_newest_keeps_its_own():
    old = [release("20.1.0", "2025-01-01")]
    releases = [release(f"26.{n}.0", f"2026-10-{n:02}") for n in range(9, 0, -1)] + old
    line = timeline_of(releases)
    assert line.dots[-1].row == 0
    assert sorted(dot.row for dot in line.dots[1:] if dot.row is not None) == [0, 1, 2]
    assert line.dots[0].row == 0


def test_what_is_installed_or_withdrawn_is_told_apart():
    releases = [
        release("3", "2026-12-01", is_entitled=False), release("2", "2026-06-01", withdrawn_on=dt.date(2026, 7, 1)),
        release("1", "2026-01-01", installed_at=["Büro"]),
    ]  # fmt: skip
    line = timeline_of(releases)
    assert [dot.tone for dot in line.dots] == ["ok", "danger", "off"]
    assert [dot.row_above for dot in line.dots] == [0, None, None]


@pytest.mark.parametrize("releases", [[], [release("1", "2026-01-01")], [release("1", "2026-01-01")] * 2])
def test_one_day_is_no_line(releases):
    assert timeline_of(releases) is None


@pytest.mark.django_db
def test_the_page_shows_it_with_the_table_behind(as_, acme, olga):
    product = acme.licences.get().product
    for version, day in (("24.1", "2024-05-01"), ("26.1", "2026-05-01")):
        make.ReleaseFactory(product=product, version=version, released_on=dt.date.fromisoformat(day))
    acme.installed_versions.create(product=product, place="Büro", version="24.1")
    page = as_(olga).get(reverse("product_detail", args=["12345", product.number])).content.decode()
    picture = page[page.index("version-line") :].split("</section>")[0]
    assert picture.count("<circle") == 2 and picture.count("bei Ihnen") == 2, "at its dot, and in the table"
    assert "01.05.2024" in picture
