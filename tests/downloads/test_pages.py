"""Products and their programs: what is shown, why not, and the file itself."""

import datetime as dt
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from downloads.models import Download
from portal.lib.days import today

from .. import factories as make
from ..threads import at_once

CONTENT = b"PK\x03\x04 a program" * 1000


@pytest.fixture
def release(acme):
    return make.ReleaseFactory(
        product=acme.licences.get().product, version="26.1", notes="- **Neu** <script>x</script>"
    )


@pytest.fixture
def file(release):
    return make.ReleaseFileFactory(release=release, file_name="Prüfung 26.zip")


def detail(client, company):
    return client.get(reverse("product_detail", args=[company.number, "4000"])).content.decode()


def load(client, company, file, **headers):
    return client.get(reverse("release_file", args=[company.number, file.pk]), headers=headers)


def body(answer):
    return b"".join(answer.streaming_content)


def test_current_version_first_with_size_hash_and_cleaned_notes(acme, dora, as_, file):
    make.ReleaseFactory(product=file.release.product, version="24.0", released_on=dt.date(2024, 1, 1))
    page = detail(as_(dora), acme)
    assert page.index("26.1") < page.index("24.0")
    assert file.sha256 in page and "14\xa0KB" in page
    assert "<strong>Neu</strong>" in page and "<script>x" not in page


@pytest.mark.parametrize(
    "today_is, more, sentence",
    [
        ("withdrawn_on", {"withdrawn_reason": "Fehler im Druck"}, "Fehler im Druck"),
        ("released_on", {}, "Ihre Pflege umfasst Versionen"),
    ],
)
def test_what_is_not_served_says_why(today_is, more, sentence, acme, dora, as_, release, file):
    acme.licences.get().maintenance.update(ends_on=today() - dt.timedelta(days=1))
    for name, value in {today_is: today(), **more}.items():
        setattr(release, name, value)
    release.save()
    client = as_(dora)
    page = detail(client, acme)
    assert sentence in page
    assert str(file.pk) not in page, "no link that leads nowhere"
    assert load(client, acme, file).status_code == 404


def test_the_right_without_any_licence_is_told(acme, elsewhere, mallory, as_):
    """Edge 55."""
    elsewhere.licences.all().delete()
    page = as_(mallory).get(reverse("product_list", args=[elsewhere.number])).content.decode()
    assert "Noch keine Lizenz" in page


def test_a_product_that_was_never_licensed_is_not_there(acme, dora, as_):
    make.ProductFactory(number="5000", name="DOMUS ERP")
    assert as_(dora).get(reverse("product_detail", args=[acme.number, "5000"])).status_code == 404


def test_the_file_with_its_name_and_one_logged_download(acme, dora, as_, file):
    answer = load(as_(dora), acme, file)
    assert body(answer) == CONTENT
    assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''Pr%C3%BCfung%2026.zip"
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    logged = Download.objects.get()
    assert (logged.user, logged.company, logged.file) == (dora, acme, file)


@pytest.mark.parametrize(
    "asked, status, part",
    [
        ("bytes=0-3", 206, CONTENT[:4]),
        ("bytes=100-", 206, CONTENT[100:]),
        ("bytes=-5", 206, CONTENT[-5:]),
        ("bytes=0-999999999", 200, CONTENT),
        ("bytes=5-2", 416, b""),
        ("bytes=99999999-", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=0-1,5-6", 200, CONTENT),
        ("bytes=-", 200, CONTENT),
        ("bytes=a-b", 200, CONTENT),
        ("items=0-3", 200, CONTENT),
        ("bytes=99999999999999999999-", 200, CONTENT),
    ],
)
def test_ranges(asked, status, part, acme, dora, as_, file):
    answer = load(as_(dora), acme, file, range=asked)
    assert answer.status_code == status
    assert (body(answer) if answer.streaming else answer.content) == part


@pytest.mark.parametrize("name", ["harmlos.pdf", "bild.svg", "seite.html", "seite.xhtml", "Rechnung.pdf.html"])
def test_markup_is_never_shown_from_our_own_address(name, acme, dora, as_, release):
    """Whatever it calls itself: loaded, not shown, and not guessed at."""
    posing = make.ReleaseFileFactory(
        release=release, file_name=name, content=b"<svg onload=alert(1)><script>x</script>"
    )
    answer = load(as_(dora), acme, posing)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_resuming_counts_as_one_download_and_only_the_same_file_resumes(acme, dora, as_, file):
    """Edge 52."""
    client = as_(dora)
    first = load(client, acme, file)
    body(first)
    for start in range(1000, 10_000, 1000):
        assert load(client, acme, file, range=f"bytes={start}-", if_range=first.headers["ETag"]).status_code == 206
    assert load(client, acme, file, range="bytes=1000-", if_range='"another"').status_code == 200
    client.head(reverse("release_file", args=[acme.number, file.pk]))
    assert Download.objects.count() == 1


def test_looking_is_no_download(acme, dora, as_, file):
    """Edge 52: neither HEAD nor a range that makes no sense."""
    client = as_(dora)
    client.head(reverse("release_file", args=[acme.number, file.pk]))
    load(client, acme, file, range="bytes=99999999-")
    assert not Download.objects.exists()


def test_another_person_and_another_day_count_again(acme, dora, olga, as_, file):
    for person in dora, olga, dora:
        load(as_(person), acme, file)
    assert Download.objects.count() == 2
    Download.objects.update(started_at=timezone.now() - dt.timedelta(hours=25))
    load(as_(dora), acme, file)
    assert Download.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_ten_pieces_at_the_same_moment_are_one_download(acme, dora, as_, file):
    """Edge 52: a download manager begins with ten parts and asks for the whole never."""
    client, part = as_(dora), len(CONTENT) // 10

    def fetch(number):
        own = Client()
        own.cookies = client.cookies
        return body(load(own, acme, file, range=f"bytes={number * part}-{(number + 1) * part - 1}"))

    assert b"".join(at_once(*[partial(fetch, number) for number in range(10)])) == CONTENT[: part * 10]
    assert Download.objects.count() == 1


def test_behind_nginx_no_worker_sends_the_file(acme, dora, as_, file, settings):
    settings.X_ACCEL_PREFIX = "/_files/"
    answer = load(as_(dora), acme, file)
    assert answer.headers["X-Accel-Redirect"] == f"/_files/{file.file.name}"
    assert answer.content == b""
    assert Download.objects.count() == 1


def test_a_right_that_was_taken_away_takes_the_kept_address_too(acme, dora, as_, file):
    client = as_(dora)
    assert load(client, acme, file).status_code == 200
    dora.at[acme.number].rights.all().delete()
    assert load(client, acme, file).status_code == 403


def test_the_setup_comes_before_the_manual_and_is_the_one_loud_button(acme, dora, as_, release):
    make.ReleaseFileFactory(release=release, title="Handbuch", file_name="Handbuch.pdf")
    make.ReleaseFileFactory(release=release, title="Setup", file_name="Setup.zip")
    page = detail(as_(dora), acme)
    assert page.index("Setup.zip") < page.index("Handbuch.pdf")
    assert page.count('class="button button-primary"\nhref="/kunde/12345/downloads/datei/') == 1


def test_the_current_version_is_loaded_from_the_list_and_marked_when_new(acme, dora, as_, release):
    setup = make.ReleaseFileFactory(release=release, title="Setup", file_name="Setup.zip")
    page = as_(dora).get(reverse("product_list", args=[acme.number])).content.decode()
    assert reverse("release_file", args=[acme.number, setup.pk]) in page
    type(release).objects.update(released_on=today() - dt.timedelta(days=61))
    older = as_(dora).get(reverse("product_list", args=[acme.number])).content.decode()
    type(release).objects.update(released_on=today() - dt.timedelta(days=60))
    newer = as_(dora).get(reverse("product_list", args=[acme.number])).content.decode()
    assert ('<span class="chip">neu</span>' in newer, '<span class="chip">neu</span>' in older) == (True, False)


def test_a_version_says_where_it_is_installed(acme, dora, as_, release):
    acme.installed_versions.create(product=release.product, place="Filiale Augsburg", version="26.1")
    assert "bei Ihnen: Filiale Augsburg" in " ".join(detail(as_(dora), acme).split())


def test_the_hint_leads_to_the_article_that_extends_the_maintenance(acme, olga, as_, release):
    product = release.product
    acme.licences.get().maintenance.update(ends_on=dt.date(2020, 1, 1))
    client = as_(olga)
    address = reverse("maintenance_article", args=[acme.number, product.number])
    assert address in detail(client, acme)
    assert client.get(address).url == reverse("article_list", args=[acme.number])
    article = make.ArticleFactory(kind="P", grants=product, fits=[product])
    assert client.get(address).url == reverse("article_detail", args=[acme.number, article.number])
