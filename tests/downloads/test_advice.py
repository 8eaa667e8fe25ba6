"""The update advisor for a place of installation; and for the vendor, which versions are out there."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from downloads.models import InstalledVersion
from downloads.spread import arrivals, versions_out_there
from portal.lib.days import today

from .. import factories as make

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def versions(acme):
    """24.0 < 25.0 (withdrawn) < 25.1 (security) < 26.0, by version."""
    product = acme.licences.get().product
    rows = [
        ("24.0", 400, {}),
        ("25.0", 300, {"withdrawn_on": today(), "notes": "Zurückgezogenes"}),
        ("25.1", 200, {"is_security": True, "notes": "Lücke geschlossen", "needs": "Sicherung\nder Datenbank"}),
        ("26.0", 10, {"notes": "Neue **Mietliste**"}),
    ]
    return {
        name: make.ReleaseFactory(product=product, version=name, released_on=today() - age * DAY, **more)
        for name, age, more in rows
    }


def place(company, version, name="Server München"):
    return company.installed_versions.create(product=company.licences.get().product, place=name, version=version)


def page(client, row, status=200):
    answer = client.get(reverse("update_advice", args=[row.company.number, "4000", row.pk]))
    assert answer.status_code == status
    return answer.content.decode()


def test_it_merges_what_changes_security_first(acme, dora, as_, versions):
    text = page(as_(dora), place(acme, "24.0"))
    assert "Von Version 24.0 auf 26.0" in text and "2 Versionen älter" in text
    assert 0 < text.index("Lücke geschlossen") < text.index("Neue <strong>Mietliste</strong>")
    assert "Zurückgezogenes" not in text
    assert "Vorher nötig" in text and "Was die Pflege außerdem brächte" not in text
    said = text[text.index("<textarea") : text.index("</textarea>")]
    assert "Bitte aktualisieren Sie DOMUS 4000 am Ort „Server München“ von Version 24.0 auf 26.0." in said
    assert "Sicherheitsupdate ist dabei" in said and "25.1: Sicherung der Datenbank" in said
    assert reverse("pass_create", args=[acme.number, versions["26.0"].pk]) in text


def test_without_maintenance_the_rest_is_what_it_would_bring(acme, dora, as_, versions):
    acme.licences.get().maintenance.update(ends_on=today() - 250 * DAY)
    text = page(as_(dora), place(acme, "24.0"))
    assert "Von Version 24.0 auf 25.1" in text, "a security update is open to all"
    would = text.index("Was die Pflege außerdem brächte")
    assert text.index("Lücke geschlossen") < would < text.index("Mietliste")
    assert "bis zum" in text and reverse("maintenance_article", args=[acme.number, "4000"]) not in text


def test_installed_ticks_it_off(acme, dora, as_, versions):
    row, client = place(acme, "24.0"), as_(dora)
    assert 'name="version" value="26.0"' in page(client, row)
    sent = {"place": "Server München", "version": "26.0"}
    client.post(reverse("installed_note", args=[acme.number, "4000"]), sent)
    text = page(client, InstalledVersion.objects.get(pk=row.pk))
    assert "aktuell" in text and "<textarea" not in text and "Was sich ändert</h2>" not in text


@pytest.mark.parametrize(
    "version, word", [("3.11", "uns nicht bekannt"), ("26.0", "aktuell"), ("25.0", "zurückgerufen")]
)
def test_a_version_of_any_kind_has_a_page(version, word, acme, dora, as_, versions):
    assert word in page(as_(dora), place(acme, version))


def test_what_one_does_not_see_is_not_advised(acme, elsewhere, dora, as_, versions):
    """A pilot of others is in no advice, and a place of others leads back to the product like one that never was."""
    pilot = make.ReleaseFactory(product=acme.licences.get().product, version="27.0", is_pilot=True, notes="Geheim")
    pilot.pilots.add(elsewhere)
    assert "Geheim" not in page(as_(dora), place(acme, "24.0"))
    theirs = elsewhere.installed_versions.create(product=pilot.product, place="Fremd", version="24.0")
    answer = as_(dora).get(reverse("update_advice", args=[acme.number, "4000", theirs.pk]), follow=True)
    assert answer.redirect_chain and "Fremd" not in answer.content.decode()


def test_queries_do_not_grow(acme, deniz, as_, versions, django_assert_max_num_queries):
    for number in range(40):
        make.ReleaseFactory(product=acme.licences.get().product, version=f"24.{number + 1}")
    row, client = place(acme, "24.0"), as_(deniz)
    page(client, row)
    with django_assert_max_num_queries(8):
        page(client, row)


# --- for the vendor ---


def test_which_versions_are_out_there_however_they_are_spelt(acme, elsewhere, versions):
    place(acme, "24.0")
    place(acme, "V 25.1", "Filiale")
    elsewhere.installed_versions.create(product=versions["24.0"].product, place="Büro", version="Version 24.0")
    elsewhere.installed_versions.create(product=versions["24.0"].product, place="Keller", version="3.11")
    found = {row.name: (row.places, row.companies, bool(row.release)) for row in versions_out_there()}
    assert found == {"24.0": (2, 2, True), "25.1": (1, 1, True), "3.11": (1, 1, False)}


def test_how_long_a_security_update_takes(acme, elsewhere, olga, mallory, versions):
    """The middle of the days to each company's first download; companies that ever licensed the product are all."""
    update = versions["25.1"]
    product = update.product
    if not elsewhere.licences.filter(product=product).exists():
        make.LicenceFactory(company=elsewhere, product=product)
    file = make.ReleaseFileFactory(release=update)
    for company, person, days in ((acme, olga, 4), (acme, olga, 90), (elsewhere, mallory, 10)):
        moment = timezone.make_aware(dt.datetime.combine(update.released_on + days * DAY, dt.time(12)))
        make.DownloadFactory(company=company, user=person, file=file, started_at=moment)
    place(acme, "24.0")
    place(acme, "26.0", "Filiale")
    (row,) = arrivals(versions_out_there())
    assert (row.release, row.loaded, row.licensed, row.days, row.without) == (update, 2, 2, 7, 1)
    assert row.share == 100


def test_staff_read_it_and_customers_do_not(admin, olga, as_, acme, versions):
    place(acme, "24.0")
    url = reverse("admin:downloads_installedversion_spread")
    text = as_(admin).get(url).content.decode()
    assert "Wie Sicherheitsupdates ankommen" in text and "DOMUS 4000 25.1" in text and "0 von 1 Unternehmen" in text
    assert as_(olga).get(url).status_code in (302, 403, 404)
    assert url in as_(admin).get(reverse("admin:downloads_installedversion_changelist")).content.decode()
