"""Shopping lists: one's own or shared in the company, into the cart as a whole."""

from decimal import Decimal

import pytest
from django.urls import reverse

from access.rights import Right
from shop.cart import read_cart
from shop.lists import add, make_list
from shop.models import ShoppingList

from .. import factories as make


@pytest.fixture
def article(acme):
    return make.ArticleFactory(fits=[acme.licences.get().product], list_price=Decimal("100"))


@pytest.fixture
def kept(acme, ben, article):
    kept = make_list(acme, ben, "Monatlich")
    add(kept, article, 3)
    return kept


def path(company, name, *args):
    return reverse(name, args=[company.number, *args])


def test_a_cart_becomes_a_list_and_a_list_a_cart(acme, ben, as_, article):
    client = as_(ben)
    client.post(path(acme, "cart_add", article.number), {"quantity": 4})
    client.post(path(acme, "shopping_lists"), {"name": "Büro", "from_cart": "1"})
    kept = ShoppingList.objects.get()
    assert [(line.article, line.quantity) for line in kept.lines.all()] == [(article, 4)]
    client.post(path(acme, "list_order", kept.pk))
    (line,) = read_cart(acme, ben).lines
    assert line.quantity == 8, "on top of what is in the cart"


def test_what_no_longer_fits_is_said_and_the_rest_goes(acme, ben, as_, kept, article):
    """Edge 60."""
    gone = make.ArticleFactory(name="Altes Modul", fits=[acme.licences.get().product])
    add(kept, gone)
    gone.is_active = False
    gone.save()
    client = as_(ben)
    assert "nicht mehr bestellbar" in client.get(path(acme, "shopping_list", kept.pk)).content.decode()
    page = client.post(path(acme, "list_order", kept.pk), follow=True).content.decode()
    assert "Altes Modul: passt nicht mehr zu Ihren Lizenzen" in page
    assert [line.article for line in read_cart(acme, ben).lines] == [article]


@pytest.mark.parametrize("is_shared, status", [(False, 302), (True, 200)])
def test_colleagues_see_what_is_shared_and_only_that(acme, olga, as_, kept, is_shared, status):
    kept.is_shared = is_shared
    kept.save()
    client = as_(olga)
    assert client.get(path(acme, "shopping_list", kept.pk)).status_code == status
    assert ("Monatlich" in client.get(path(acme, "shopping_lists")).content.decode()) is is_shared
    page = "cart_detail" if is_shared else "shopping_lists"
    assert client.post(path(acme, "list_order", kept.pk)).url == path(acme, page)
    for name, args in (("list_update", []), ("list_delete", []), ("list_line", [kept.lines.get().pk])):
        answer = client.post(path(acme, name, kept.pk, *args), {"remove": "1"})
        assert answer.url == path(acme, "shopping_lists"), "only the owner changes"
    kept.refresh_from_db()
    assert kept.lines.exists()


def test_a_shared_list_stays_in_its_company(acme, ben, as_, kept, elsewhere):
    kept.is_shared = True
    kept.save()
    make.MembershipFactory(company=elsewhere, user=ben, rights=[Right.SHOP])
    client = as_(ben)
    assert client.get(path(elsewhere, "shopping_list", kept.pk)).url == path(elsewhere, "shopping_lists")
    assert "Monatlich" not in client.get(path(elsewhere, "shopping_lists")).content.decode()


def test_names_lines_and_sharing_change(acme, ben, as_, kept, article):
    client, line = as_(ben), kept.lines.get()
    client.post(path(acme, "list_update", kept.pk), {"name": "Jährlich", "is_shared": "on"})
    client.post(path(acme, "list_line", kept.pk, line.pk), {"quantity": 7})
    kept.refresh_from_db()
    assert (kept.name, kept.is_shared, kept.lines.get().quantity) == ("Jährlich", True, 7)
    client.post(path(acme, "list_line", kept.pk, line.pk), {"quantity": "viele"})
    assert kept.lines.get().quantity == 7
    client.post(path(acme, "list_line", kept.pk, line.pk), {"remove": "1"})
    assert not kept.lines.exists()
    client.post(path(acme, "list_delete", kept.pk))
    assert not ShoppingList.objects.exists()


@pytest.mark.parametrize("name, said", [("Monatlich", "haben Sie schon"), ("", "Dieses Feld"), ("   ", "Dieses Feld")])
def test_a_name_that_is_taken_or_missing_is_told(acme, ben, as_, kept, name, said):
    other = make_list(acme, ben, "Andere")
    for url in (path(acme, "shopping_lists"), path(acme, "list_update", other.pk)):
        page = as_(ben).post(url, {"name": name}).content.decode()
        assert 'aria-invalid="true"' in page
        assert said in page
    assert ShoppingList.objects.count() == 2


def test_an_article_is_kept_from_its_page(acme, ben, as_, kept, article):
    client = as_(ben)
    assert "Monatlich" in client.get(path(acme, "article_detail", article.number)).content.decode()
    other = make.ArticleFactory(fits=[acme.licences.get().product])
    client.post(path(acme, "list_add", other.number), {"list": kept.pk})
    assert set(kept.lines.values_list("article", flat=True)) == {article.pk, other.pk}
    hidden = make.ArticleFactory(fits=[make.ProductFactory(number="9", name="ERP")])
    assert client.post(path(acme, "list_add", hidden.number), {"list": kept.pk}).status_code == 404
