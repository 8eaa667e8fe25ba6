"""Mails about versions: new ones, pilot ones, and recalls."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from downloads.models import Download, Release, ReleaseWatch
from downloads.tasks import run
from portal.lib.days import today

from .. import factories as make

DAY = dt.timedelta(days=1)


def publish(product, version="26.1", **more):
    release = make.ReleaseFactory(product=product, version=version, **{"released_on": today(), **more})
    make.ReleaseFileFactory(release=release)
    return release


@pytest.fixture
def product(acme, elsewhere):
    return acme.licences.get().product


@pytest.fixture
def everybody(acme, elsewhere, product, olga, dora, ben, mallory):
    """All of them want to know; Ben may load nothing, Mallory's company has no maintenance."""
    for person, company in ((olga, acme), (dora, acme), (ben, acme), (mallory, elsewhere)):
        ReleaseWatch.toggle(company, person, product, wanted=True)


def readers(mailoutbox):
    run()
    found = sorted(mail.to[0] for mail in mailoutbox)
    mailoutbox.clear()
    return found


def page(client, company, path="product_detail"):
    return client.get(reverse(path, args=[company.number, *(["4000"] if path == "product_detail" else [])]))


def test_the_switch_on_the_page_is_the_person_s_own(acme, dora, olga, as_):
    client = as_(dora)
    url = reverse("product_watch", args=[acme.number, "4000"])
    assert "Über neue Versionen benachrichtigen" in page(client, acme).content.decode()
    for _twice in range(2):
        assert client.post(url, {"wanted": "1"}).url.endswith("/4000/#news")
    assert ReleaseWatch.objects.get().user == dora
    assert "Nicht mehr benachrichtigen" in page(client, acme).content.decode()
    assert "Nicht mehr benachrichtigen" not in page(as_(olga), acme).content.decode()
    client.post(url, {"wanted": "0"})
    assert not ReleaseWatch.objects.exists()
    assert client.post(reverse("product_watch", args=[acme.number, "5000"]), {"wanted": "1"}).status_code == 404


def test_a_new_version_is_told_once_to_who_may_load_it(product, everybody, mailoutbox, settings):
    publish(product, notes="- Schneller", is_security=False)
    run()
    mail = next(mail for mail in mailoutbox if mail.to == ["dora@12345.example"])
    assert mail.subject == "Neue Version: DOMUS 4000 26.1"
    assert "- Schneller" in mail.body and f"{settings.PORTAL_URL}/kunde/12345/downloads/4000/#news" in mail.body
    assert len(mailoutbox) == 2
    mailoutbox.clear()
    assert readers(mailoutbox) == []


def test_a_security_update_reaches_who_has_no_maintenance(product, everybody, mailoutbox):
    publish(product, is_security=True)
    assert readers(mailoutbox) == ["dora@12345.example", "mallory@66666.example", "olga@12345.example"]


def test_nothing_before_its_day_its_moment_and_its_file(product, everybody, mailoutbox, acme, dora, as_):
    tomorrow = publish(product, "26.2", released_on=today() + DAY)
    later = publish(product, "26.3", published_at=timezone.now() + dt.timedelta(hours=1))
    make.ReleaseFactory(product=product, version="26.4", released_on=today())
    make.ReleaseFileFactory(release=make.ReleaseFactory(product=product, released_on=today() - 40 * DAY))
    assert readers(mailoutbox) == [], "not yet, not without a file, and no news from long ago"
    assert "26.3" not in page(as_(dora), acme).content.decode()
    url = reverse("release_file", args=[acme.number, later.files.get().pk])
    assert as_(dora).get(url).status_code == 404
    Release.objects.filter(pk=tomorrow.pk).update(released_on=today())
    Release.objects.filter(pk=later.pk).update(published_at=timezone.now())
    assert readers(mailoutbox) == ["dora@12345.example"] * 2 + ["olga@12345.example"] * 2
    assert as_(dora).get(url).status_code == 200


def test_who_left_or_lost_the_right_is_told_nothing(product, everybody, mailoutbox, acme, dora, olga):
    dora.at[acme.number].rights.all().delete()
    acme.is_blocked = True
    acme.save()
    publish(product)
    assert readers(mailoutbox) == []


def test_a_pilot_version_is_there_for_its_pilots_alone(
    product, everybody, mailoutbox, acme, elsewhere, mallory, dora, as_
):
    """Edge 56: page, list, start page, file and mails."""
    make.MaintenanceFactory(licence=elsewhere.licences.get())
    release = publish(product, is_pilot=True)
    release.pilots.add(elsewhere)
    url = "release_file"
    assert readers(mailoutbox) == ["mallory@66666.example"]
    for person, company, sees in ((mallory, elsewhere, True), (dora, acme, False)):
        client = as_(person)
        for path in ("product_detail", "product_list"):
            assert ("26.1" in page(client, company, path).content.decode()) is sees, path
        assert ("1 neue Version" in page(client, company, "start").content.decode()) is sees
        file = reverse(url, args=[company.number, release.files.get().pk])
        assert client.get(file).status_code == (200 if sees else 404)
    Release.objects.update(is_pilot=False, announced_at=None)
    assert readers(mailoutbox) == ["dora@12345.example", "olga@12345.example"], "the pilot is not told again"


@pytest.fixture
def loaded(product, acme, elsewhere, dora, mallory, carla):
    """A version that Dora loaded twice and Carla once; Carla may not load any more."""
    release = publish(product, "26.1")
    for person in (dora, dora, carla):
        Download.objects.create(file=release.files.get(), company=acme, user=person)
    return release


def test_a_recall_reaches_exactly_those_who_loaded_it(
    loaded, product, acme, elsewhere, dora, mallory, admin, as_, mailoutbox
):
    """Edge 54: hidden for new, recalled for those who have it."""
    better = publish(product, "26.2")
    form = {"reason": "Druckt falsche Summen", "successor": better.pk}
    url = reverse("admin:downloads_release_recall", args=[loaded.pk])
    client = as_(admin)
    assert "2 Personen haben diese Version heruntergeladen" in client.get(url).content.decode()
    assert "Dieses Feld" in client.post(url, {"reason": ""}).content.decode()
    assert client.post(url, form).status_code == 302
    assert sorted(mail.to[0] for mail in mailoutbox) == ["carla@12345.example", "dora@12345.example"]
    mails = {mail.to[0]: mail.body for mail in mailoutbox}
    assert all("Druckt falsche Summen" in body and "26.2" in body for body in mails.values())
    assert "/downloads/4000/" in mails["dora@12345.example"] and "/downloads/" not in mails["carla@12345.example"]
    assert "bereits zurückgezogen" in client.post(url, form).content.decode()
    run()
    assert len(mailoutbox) == 2
    mine = page(as_(dora), acme).content.decode()
    assert (
        "zurückgerufen" in mine
        and "Druckt falsche Summen" in mine
        and "Bitte nutzen Sie stattdessen Version 26.2" in mine
    )
    assert "zurückgerufen" not in page(as_(mallory), elsewhere).content.decode()
    assert as_(dora).get(reverse("release_file", args=[acme.number, loaded.files.get().pk])).status_code == 404


def test_what_the_erp_withdraws_is_told_too(loaded, mailoutbox):
    Release.objects.filter(pk=loaded.pk).update(withdrawn_on=today(), announced_at=timezone.now())
    assert readers(mailoutbox) == ["carla@12345.example", "dora@12345.example"]
    assert readers(mailoutbox) == []


def test_who_may_only_look_recalls_nothing(loaded, as_, db):
    from django.contrib.auth.models import Group

    sales = make.UserFactory(username="vertrieb", is_staff=True)
    sales.groups.add(Group.objects.get(name="Vertrieb"))
    url = reverse("admin:downloads_release_recall", args=[loaded.pk])
    assert as_(sales).post(url, {"reason": "x"}).status_code == 404
