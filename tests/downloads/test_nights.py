"""The two nights of a year in which the clock is changed: staff type times, and each has one meaning."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from downloads.models import Release

from .. import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "day, hour, utc",
    [
        ("2027-03-28", "01:30:00", "2027-03-28T00:30"),
        ("2027-03-28", "02:30:00", None),
        ("2027-03-28", "03:30:00", "2027-03-28T01:30"),
        ("2026-10-25", "02:30:00", None),
        ("2026-10-25", "03:30:00", "2026-10-25T02:30"),
    ],
)
def test_a_time_that_is_missing_or_comes_twice_is_refused_in_words(admin, as_, acme, day, hour, utc):
    release = make.ReleaseFactory(product=acme.licences.get().product)
    client, url = as_(admin), reverse("admin:downloads_release_change", args=[release.pk])
    form = client.get(url).context["adminform"].form
    data = {name: value for name in form.fields if (value := form.initial.get(name)) not in (None, False, [])}
    data |= {"published_at": f"{day}T{hour}", "released_on": "01.09.2026"}
    for inline in ("files",):
        data |= {f"{inline}-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    answer = client.post(url, data)
    release.refresh_from_db()
    if utc is None:
        assert answer.status_code == 200 and release.published_at is None
        assert answer.context["adminform"].form.errors["published_at"]
        return
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert release.published_at == dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize("utc", ["2027-03-28T00:59:59", "2026-10-25T00:30:00", "2026-10-25T01:30:00"])
def test_what_becomes_visible_in_such_a_night_does_so_once(acme, monkeypatch, utc):
    moment = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    file = make.ReleaseFileFactory(release__product=acme.licences.get().product, release__published_at=moment)
    for seconds, is_seen in ((-1, False), (0, True), (1, True), (3600, True)):
        monkeypatch.setattr(timezone, "now", lambda seconds=seconds: moment + dt.timedelta(seconds=seconds))
        assert Release.objects.published().filter(pk=file.release_id).exists() == is_seen
