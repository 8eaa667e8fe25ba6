"""Mein Bestand: what runs until when, drawn and in words; its paper; what a move or a missing permission leaves out."""

import datetime as dt
import io
import re

import pytest
from django.urls import reverse
from pypdf import PdfReader

from access.rights import Right
from access.store import set_rights
from contracts.models import Licence
from downloads.axis import picture_of
from downloads.holdings import holding_of, licences_of, short_of
from portal.lib.days import today
from portal.models import Paper
from portal.papers.making import finish
from portal.papers.tasks import forget_files
from shop.cart import lines_of

from .. import factories as make

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def licence_of(company, *periods, **more):
    """A licence with (begins, ends) of its periods in days from today."""
    product = make.ProductFactory(number=f"P{Licence.objects.count()}", name=f"Modul {Licence.objects.count()}")
    licence = make.LicenceFactory(company=company, product=product, starts_on=today() - 900 * DAY, **more)
    for begins, ends in periods:
        licence.maintenance.create(
            starts_on=begins and today() + begins * DAY, ends_on=None if ends is None else today() + ends * DAY
        )
    return licences_of(company).get(pk=licence.pk)


@pytest.mark.parametrize(
    "periods, tone, until, is_due",
    [
        ([], "off", None, False),
        ([(None, 400)], "ok", 400, False),
        ([(None, 90)], "wait", 90, True),
        ([(None, 0)], "wait", 0, True),
        ([(None, -1)], "off", -1, True),
        ([(None, None)], "ok", None, False),
        # What follows without a gap goes on; what follows with one does not.
        ([(None, 30), (31, 395)], "ok", 395, False),
        ([(None, 30), (33, 395)], "wait", 30, True),
        ([(10, 400)], "info", 400, False),
    ],
)
def test_what_runs_until_when(acme, periods, tone, until, is_due):
    holding = holding_of(licence_of(acme, *periods))
    assert (holding.tone, holding.is_due) == (tone, is_due)
    assert holding.until == (None if until is None else today() + until * DAY)


def test_rent_runs_until_its_own_end(acme):
    holding = holding_of(licence_of(acme, kind="M", ends_on=today() + 10 * DAY))
    assert (holding.tone, holding.until, holding.is_rent) == ("wait", today() + 10 * DAY, True)
    (row,) = picture_of([holding]).rows
    assert [bar.kind for bar in row.bars] == ["rent", "soon"] and row.own == ""


def test_the_drawing_keeps_to_its_axis(acme):
    """Places are per cent in any language, inside the picture, and the amber end is part of the bar."""
    holding = holding_of(licence_of(acme, (None, 45)))
    picture = picture_of([holding])
    numbers = [bar.x for bar in picture.rows[0].bars] + [bar.width for bar in picture.rows[0].bars] + [picture.now]
    assert all(re.fullmatch(r"\d{1,3}\.\d\d%", number) and 0 <= float(number[:-1]) <= 100 for number in numbers)
    care, soon = picture.rows[0].bars
    assert (care.kind, soon.kind) == ("care", "soon")
    assert float(care.x[:-1]) + float(care.width[:-1]) == pytest.approx(float(soon.x[:-1]), abs=0.02)


def test_the_short_one_shows_what_ends_next_first(acme):
    acme.licences.all().delete()
    for ends in (300, -5, 20, 100, None, 50):
        licence_of(acme, (None, ends))
    shown, more = short_of(acme)
    left = [holding.until and (holding.until - today()).days for holding in shown]
    assert left == [20, 50, 100, 300] and more


@pytest.fixture
def installed(acme):
    """DOMUS 4000 with a version of last month at one place and one that is called back at another."""
    product = acme.licences.get().product
    make.ReleaseFactory(product=product, version="26.0", released_on=today() - 30 * DAY)
    old = make.ReleaseFactory(product=product, version="25.9", released_on=today() - 60 * DAY, withdrawn_on=today())
    for place, version in (("Server München", "26.0"), ("Filiale Augsburg", old.version)):
        acme.installed_versions.create(product=product, place=place, version=version)
    return product


EXTEND = [("maintenance_extend", "4000"), ("cart_detail",)]


def page(client, company):
    return client.get(reverse("holding_list", args=[company.number])).content.decode()


def test_the_page_says_it_twice_and_leads_on(acme, olga, as_, installed):
    acme.licences.get().maintenance.update(ends_on=today() + 66 * DAY)
    text = page(as_(olga), acme)
    day = f"{today() + 66 * DAY:%d.%m.%Y}"
    assert text.count(f"SPV bis {day}") >= 2 and "noch 66 Tage" in text
    assert "Server München 26.0" in text and 'class="ax-bad"' in text and "zurückgerufen" in text
    assert reverse("maintenance_extend", args=[acme.number, "4000"]) in text and "Pflege verlängern" in text
    assert "style=" not in text[text.index("<main") :], "the policy forbids it"


def test_a_press_puts_what_goes_on_into_the_cart_once(acme, olga, as_):
    product, client = acme.licences.get().product, as_(olga)
    address, cart = (reverse(name, args=[acme.number, *more]) for name, *more in EXTEND)
    nowhere = client.post(address, follow=True)
    assert nowhere.redirect_chain[-1][0] == reverse("article_list", args=[acme.number]), "nothing there extends it"
    rent = make.ArticleFactory(kind="M", grants=product, fits=[product])
    care = make.ArticleFactory(kind="P", grants=product, fits=[product])
    assert [client.post(address).url for _press in range(2)] == [cart, cart]
    assert [(line.article, line.quantity) for line in lines_of(acme, olga)] == [(care, care.min_quantity)]
    assert client.post(address, {"rent": "1"}).url == cart
    assert {line.article for line in lines_of(acme, olga)} == {care, rent}


def test_what_a_permission_does_not_open_is_left_out(acme, carla, as_, installed):
    """Carla has Vertragsdokumente alone: neither places (Downloads) nor the way to the shop."""
    acme.licences.get().maintenance.update(ends_on=today() + 6 * DAY)
    text = page(as_(carla), acme)
    assert "noch 6 Tage" in text and "Server München" not in text and "Pflege verlängern" not in text


def test_a_licence_that_went_elsewhere_takes_no_figures_along(acme, olga, elsewhere, mallory, as_, installed):
    acme.licences.update(company=elsewhere)
    assert "DOMUS 4000" not in page(as_(olga), acme)
    assert "Server München" not in page(as_(mallory), elsewhere)


# --- the paper ---


def made(client, company):
    client.post(reverse("holdings_paper", args=[company.number]))
    paper = Paper.objects.get()
    finish(paper.pk)
    paper.refresh_from_db()
    return paper


def words_of(paper):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.file.read())).pages)


def test_the_worker_makes_the_paper_once_for_who_asked(acme, olga, deniz, as_, installed):
    client = as_(olga)
    url = reverse("holdings_paper", args=[acme.number])
    waiting = client.post(url, follow=True)
    assert "wird erstellt" in waiting.content.decode()
    client.post(url)
    paper = made(client, acme)
    words = words_of(paper)
    assert "Mein Bestand" in words and "DOMUS 4000" in words and "Server München" in words and acme.number in words
    finish(paper.pk)
    assert Paper.objects.get().sha256 == paper.sha256, "a second run makes nothing"
    answer = client.get(reverse("paper_file", args=[acme.number, paper.pk]))
    assert answer.status_code == 200 and f"{today():%Y-%m-%d}.pdf" in answer["Content-Disposition"]
    assert as_(deniz).get(reverse("paper_file", args=[acme.number, paper.pk])).status_code == 404


def test_the_paper_follows_the_permissions(acme, carla, as_, installed):
    paper = made(as_(carla), acme)
    assert paper.rights == [Right.CONTRACTS] and "Server München" not in words_of(paper)
    set_rights(carla.at[acme.number], {Right.SHOP})
    assert as_(carla).get(reverse("paper_file", args=[acme.number, paper.pk])).status_code == 404
    late = acme.papers.create(kind="holdings", asked_by=carla, language="de")
    finish(late.pk)
    assert not Paper.objects.filter(pk=late.pk).exists(), "nothing is made for who may not see it any more"


def test_the_file_goes_and_the_hash_stays(acme, olga, as_):
    client = as_(olga)
    paper = made(client, acme)
    storage, name = paper.file.storage, paper.file.name
    Paper.objects.update(made_at=paper.made_at - 31 * DAY)
    forget_files()
    assert not storage.exists(name) and Paper.objects.get().sha256 == paper.sha256
    assert "nicht mehr aufbewahrt" in client.get(reverse("paper_detail", args=[acme.number, paper.pk])).content.decode()
