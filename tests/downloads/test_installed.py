"""What is installed where, and who loaded what."""

import datetime as dt

import pytest
from django.urls import reverse

from portal.lib.days import today

from .. import factories as make

DAY = dt.timedelta(days=1)


@pytest.fixture
def versions(acme):
    """24.0 < 25.0 (withdrawn) < 25.1 (security) < 26.0, by version."""
    product = acme.licences.get().product
    rows = [
        ("24.0", 400, {"supported_until": today() - DAY}),
        ("25.0", 300, {"withdrawn_on": today()}),
        ("25.1", 200, {"is_security": True}),
        ("26.0", 10, {}),
    ]
    return {
        name: make.ReleaseFactory(product=product, version=name, released_on=today() - age * DAY, **more)
        for name, age, more in rows
    }


def note(client, company, place, version):
    return client.post(reverse("installed_note", args=[company.number, "4000"]), {"place": place, "version": version})


def page(client, company):
    text = client.get(reverse("product_detail", args=[company.number, "4000"])).content.decode()
    return text[text.index('id="places"') : text.index('id="news"')]


@pytest.mark.parametrize(
    "version, said, unsaid",
    [
        ("26.0", ["aktuell"], ["laden", "Sicherheitsupdate"]),
        ("v25.1", ["1 Version älter", "Zu Version 26.0"], ["Sicherheitsupdate", "zurückgerufen"]),
        ("Version 24.0", ["2 Versionen älter", "fehlt ein Sicherheitsupdate", "keine Sicherheitsupdates mehr"], []),
        ("25.0", ["zurückgerufen", "Zu Version 26.0"], ["Versionen zurück"]),
        ("3.11", ["uns nicht bekannt"], ["laden", "zum Shop"]),
    ],
)
def test_distance_cover_and_next_step(version, said, unsaid, acme, dora, as_, versions):
    client = as_(dora)
    assert note(client, acme, " Büro  München ", version).url.endswith("/4000/#places")
    text = page(client, acme)
    assert "Büro München" in text
    assert [sentence for sentence in said if sentence not in text] == []
    assert [sentence for sentence in unsaid if sentence in text] == []


def test_without_maintenance_the_next_step_is_another(acme, dora, as_, versions):
    acme.licences.get().maintenance.update(ends_on=today() - 250 * DAY)
    client = as_(dora)
    note(client, acme, "Büro", "25.1")
    text = page(client, acme)
    assert "in Ihren Lizenzen nicht enthalten" in text and "Pflege verlängern" in text and "Zu Version 26.0" not in text


def test_a_place_is_kept_once_and_is_the_company_s_own(acme, elsewhere, dora, mallory, as_, versions):
    client = as_(dora)
    for place, version in (("Büro", "24.0"), ("büro", "26.0")):
        note(client, acme, place, version)
    row = acme.installed_versions.get()
    assert (row.version, row.noted_by) == ("26.0", dora)
    assert "Büro" not in page(as_(mallory), elsewhere)
    gone = reverse("installed_remove", args=[elsewhere.number, "4000", row.pk])
    answer = as_(mallory).post(gone, follow=True)
    assert answer.redirect_chain == [(reverse("product_detail", args=[elsewhere.number, "4000"]), 302)]
    assert acme.installed_versions.exists() and "Büro" not in answer.content.decode(), (
        "their own page, which has no such place"
    )
    client.post(reverse("installed_remove", args=[acme.number, "4000", row.pk]))
    assert not acme.installed_versions.exists()
    assert (
        client.post(reverse("installed_note", args=[acme.number, "77"]), {"place": "x", "version": "1"}).status_code
        == 404
    )


def test_what_is_missing_is_said_and_kept(acme, dora, as_, versions):
    text = note(as_(dora), acme, "Büro", "").content.decode()
    assert "form-errors" in text and 'value="Büro"' in text


def test_the_log_of_downloads_is_for_holders_and_filters_by_person(acme, elsewhere, olga, dora, mallory, as_):
    file = make.ReleaseFileFactory(release__version="26.0", release__product=acme.licences.get().product)
    given = make.PassFactory(company=acme, release=file.release, given_by=dora)
    for who in ({"user": dora}, {"user": olga}, {"by_pass": given}):
        make.DownloadFactory(company=acme, file=file, **who)
    make.DownloadFactory(company=elsewhere, file=file, user=mallory)
    url = reverse("download_log", args=[acme.number])
    assert as_(dora).get(url).status_code == 403

    def rows(person=""):
        text = as_(olga).get(url, {"person": person}).content.decode()
        text = text[text.index('class="list"') :]
        return [name for name in ("Olga Oswald", "Dora Dietz", "Timo Techniker", "Mallory") if name in text]

    assert rows() == ["Olga Oswald", "Dora Dietz", "Timo Techniker"]
    assert rows(f"u-{dora.pk}") == ["Dora Dietz"]
    assert rows("p-timo@it.example") == ["Timo Techniker"]
    assert "Mallory Meier" not in as_(olga).get(url, {"person": f"u-{mallory.pk}"}).content.decode()


def test_the_log_asks_the_database_as_often_for_ten_times_as_much(acme, olga, as_, django_assert_max_num_queries):
    file = make.ReleaseFileFactory(release__product=acme.licences.get().product)
    for _download in range(60):
        make.DownloadFactory(company=acme, file=file, user=olga)
    client, url = as_(olga), reverse("download_log", args=[acme.number])
    client.get(url)
    with django_assert_max_num_queries(7):
        assert "Seite 1 von 2" in client.get(url).content.decode()
