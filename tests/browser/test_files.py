"""Whoever opens the address of a file and has to log in first gets the file, also out of a store elsewhere."""

import inspect

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from shop.pictures import keep_picture
from tests import factories as make
from tests.accounts.test_factors import code_of
from tests.browser.test_passkeys import with_fingerprint
from tests.downloads.test_delivery import store, use_s3  # noqa: F401 - a fixture
from tests.walk.sitemap import own_views

from ..threads import until

pytestmark = pytest.mark.django_db(transaction=True)
BEGINS = "Ihr Download beginnt"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(params=["folder", "s3"])
def place(request, settings):
    """The files lie in the portal's own folder, or in a store with another address."""
    if request.param == "s3":
        use_s3(settings, request.getfixturevalue("store"))


def program(company):
    file = make.ReleaseFileFactory(release__product=company.licences.get().product, content=b"PK\x03\x04 setup")
    return reverse("release_file", args=[company.number, file.pk])


def document(company):
    return reverse("document_file", args=[company.number, make.DocumentFactory(company=company).pk]) + "?download=1"


def log_in(page, person):
    page.get_by_label("Benutzername oder E-Mail-Adresse").fill(person.email)
    page.get_by_label("Passwort", exact=True).fill(make.PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()


def arrives(page, last_step):
    """The file of a step that ends in a download; no breach of the security policy on the way."""
    troubles = []
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    with page.expect_download() as download:
        last_step()
    expect(page.get_by_role("heading", name=BEGINS)).to_be_visible()
    assert troubles == []
    return download.value.path().read_bytes()


@pytest.mark.parametrize("what, begins", [(program, b"PK\x03\x04"), (document, b"%PDF-")])
def test_the_login_leads_to_the_file(place, visit, acme, olga, what, begins):
    page = visit(None, what(acme))
    assert arrives(page, lambda: log_in(page, olga)).startswith(begins)
    with page.expect_download() as again:
        page.get_by_role("link", name="Datei herunterladen").click()
    assert again.value.path().read_bytes().startswith(begins)
    page.get_by_role("link", name="Startseite").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Guten")


def test_the_second_factor_leads_to_the_file(place, visit, acme, olga):
    TOTP.activate(olga, SECRET)
    page = visit(None, program(acme))
    log_in(page, olga)
    page.get_by_label("Code").fill(code_of(SECRET))
    last = page.get_by_role("button", name="Anmelden", exact=True).or_(page.get_by_role("button", name="Weiter"))
    assert arrives(page, lambda: last.first.click()).startswith(b"PK\x03\x04")


def test_the_passkey_leads_to_the_file(place, visit, acme, olga):
    """Alone, as the only step."""
    page = visit(None, reverse("account_login"))
    with_fingerprint(page)
    log_in(page, olga)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Guten")
    page.goto(page.url.split("/kunde/")[0] + reverse("mfa_add_webauthn"))
    page.get_by_label("Passwort").fill(make.PASSWORD)
    page.get_by_role("button", name="Bestätigen").click()
    page.get_by_label("Reicht allein zum Anmelden").check()
    page.get_by_role("button", name="Passkey hinzufügen").click()
    expect(page.get_by_text("Ihrem Konto wurde ein Passkey hinzugefügt.")).to_be_visible()
    page.context.clear_cookies()
    page.goto(page.url.split("/anmeldung/")[0] + program(acme))
    assert arrives(page, lambda: page.get_by_role("button", name="Passkey verwenden").click()).startswith(b"PK\x03\x04")


def test_the_password_once_more_leads_to_the_file(place, visit, olga):
    export = olga.exports.create(ready_at=timezone.now(), file=ContentFile(b"PK\x03\x04 mine", name="export.zip"))
    page = visit(olga, reverse("my_data_file", args=[export.pk]))
    page.get_by_label("Passwort").fill(make.PASSWORD)
    button = page.get_by_role("button", name="Bestätigen")
    assert arrives(page, lambda: button.click()).startswith(b"PK\x03\x04")


def test_another_language_on_the_way_to_a_file(place, acme, olga, as_):
    """The page between speaks it already, and keeps its cookie."""
    path, client = program(acme), as_(olga)
    answer = client.post(reverse("set_language"), {"language": "en", "next": path})
    assert answer.status_code == 200 and answer.cookies["django_language"].value == "en"
    page = answer.content.decode()
    assert f'content="0; url={path}"' in page and "Your download begins" in page
    elsewhere = client.post(reverse("set_language"), {"language": "de", "next": "https://evil.example" + path})
    assert elsewhere.status_code == 302 and "evil" not in elsewhere.url


def test_pictures_come_from_us_wherever_they_lie(place, visit, acme, olga):
    """A page shows nothing from elsewhere (img-src), not even by a redirect."""
    article = make.ArticleFactory(fits=[acme.licences.get().product])
    keep_picture(article, Image.new("RGB", (40, 30)))
    page = visit(olga, reverse("article_detail", args=[acme.number, article.number]))
    picture = page.locator("img.article-picture").first
    until(lambda: picture.evaluate("image => image.complete && image.naturalWidth > 0"))


def test_every_view_that_sends_a_file_says_so():
    sending = [(name, view) for name, _route, view in own_views() if "serve_protected(" in source_of(view)]
    assert len(sending) > 6
    assert [name for name, view in sending if not getattr(view, "sends_file", False)] == []


def source_of(view):
    return inspect.getsource(inspect.unwrap(view))
