"""Numbers of articles, products and orders in addresses: every sign the ERP may use, in every address that has one."""

import re
from urllib.parse import quote, unquote, urljoin

import pytest
from django.urls import Resolver404, get_resolver, resolve, reverse
from django.urls.resolvers import URLPattern
from hypothesis import example, given
from hypothesis import strategies as st

from orders.models import ErpToken
from portal.lib.addresses import NumberConverter
from shop.quick_order import read_lines

from .. import factories as make
from .stage import *  # noqa: F403 - the fixtures

NUMBERS = [
    "GIR-0266/03", "A/../B", "..", ".", "/", "//x", "x/merken", "x/in-den-warenkorb", "x/installiert", "a?b", "a#b",
    "a%b", "100%25", "a b", " a", "Ä-Öß", "Za\u0308hler", "protokoll", "paesse", "datei", "a~b", "~2F", "a\\b", "a;b=c",
    "a&b", "a+b", "a:b", "@x", "'\"<b>", "検索", "x/state", "x/documents", "\u00a0x", "A.", "ok-1",
]  # fmt: skip
# As they are, the interface would read something else.
ONLY_OURS = {"~2F", "x/state", "x/documents"}
# Parameters that are no number of the ERP's: one-time links, our own words, hashes; and the customer number, whose
# signs model and import restrict.
OURS = {"number", "token", "right", "size", "sha256", "name"}
SAFE = re.compile(r"[A-Za-z0-9_.~%-]+")


def all_patterns(resolver=None, route=""):
    for entry in (resolver or get_resolver()).url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield here, entry
        elif getattr(entry, "app_name", None) != "admin":
            yield from all_patterns(entry, here)


ROUTES = [(route, entry) for route, entry in all_patterns() if not entry.callback.__module__.startswith("allauth")]
# The part of each address behind the last include, which reverse() and resolve() treat alike.
CARRYING = sorted({route for route, _entry in ROUTES if "<number:" in route})


def test_texts_in_addresses_are_ours_or_numbers():
    texts = {name for route, _entry in ROUTES for name in re.findall(r"<(?:str|path|slug):(\w+)>", route)}
    assert texts <= OURS
    assert len(CARRYING) == 14, CARRYING


def filled(route, number):
    """(address, what must be read from it) of a route of the site map with a number in it."""
    others = {"int": "7", "uuid": "6f2a6f2a-6f2a-4f2a-8f2a-6f2a6f2a6f2a", "str": "12345"}
    name = re.search(r"<number:(\w+)>", route)[1]
    path = re.sub(r"<(int|uuid|str):\w+>", lambda found: others[found[1]], route)
    return "/" + re.sub(r"<number:\w+>", lambda _found: quote(NumberConverter().to_url(number)), path), name


def text_of_numbers():
    signs = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
    return st.text(signs, min_size=1, max_size=40) | st.text("./~%2Fa", min_size=1, max_size=8)


@given(number=text_of_numbers())
@example(number="GIR-0266/03")
@example(number="..")
@example(number="protokoll")
@example(number="x/merken")
def test_any_number_comes_back_from_every_address(number):
    written = NumberConverter().to_url(number)
    assert NumberConverter().to_python(written) == number
    for route in CARRYING:
        address, name = filled(route, number)
        segment = quote(written)
        assert SAFE.fullmatch(segment) and urljoin("https://portal.example/", address).endswith(address)
        found = resolve(unquote(address))
        assert found.route == route and found.kwargs[name] == number


@given(text=text_of_numbers())
def test_what_nobody_wrote_is_404_and_no_error(text):
    for start in ("/kunde/12345/downloads/", "/kunde/12345/shop/artikel/", "/erp/v1/orders/"):
        for tail in ("/", "", "~00/", "~ff/", "~/", "~2/"):
            try:
                resolve(start + text + tail)
            except Resolver404:
                continue


@pytest.mark.parametrize("number", NUMBERS, ids=ascii)
def test_article_and_product_pages_work(number, world, olga, as_):
    client, company, product = as_(olga), world.company, world.rows.file.release.product
    make.ArticleFactory(number=number, name="Schrägstrichartikel", fits=[product])
    page = client.get(reverse("article_list", args=[company.number]), {"q": "Schrägstrich"}).content.decode()
    address = reverse("article_detail", args=[company.number, number])
    assert f'href="{address}"' in page
    assert "Schrägstrichartikel" in client.get(address).content.decode()
    assert address in client.get(reverse("article_suggest", args=[company.number]), {"q": "Schräg"}).content.decode()
    for name in ("cart_add", "list_add"):
        sent = client.post(reverse(name, args=[company.number, number]), {"quantity": 2, "name": "Neu"})
        assert sent.status_code == 302 and client.get(sent["Location"]).status_code == 200, name
    assert address in client.get(reverse("cart_detail", args=[company.number])).content.decode()
    product.number = number[:20]
    product.save()
    address = reverse("product_detail", args=[company.number, product.number])
    assert product.name in client.get(address).content.decode()
    assert f'href="{address}"' in client.get(reverse("product_list", args=[company.number])).content.decode()
    watched = client.post(reverse("product_watch", args=[company.number, product.number]), {"wanted": "1"})
    assert watched["Location"] == address + "#news"


@pytest.mark.parametrize("number", NUMBERS, ids=ascii)
def test_the_interface_takes_both_spellings(number, world, client):
    make.OrderFactory(company=world.company, number=number)
    headers = {"Authorization": f"Bearer {ErpToken.issue('ERP', [ErpToken.Scope.READ, ErpToken.Scope.WRITE])[1]}"}
    ours = NumberConverter().to_url(number)
    ways = {ours} if number in ONLY_OURS else {ours, quote(number, safe="")}
    for count, way in enumerate(sorted(ways)):
        assert client.get(f"/erp/v1/orders/{way}", headers=headers).json()["number"] == number
        more = headers | {"Idempotency-Key": f"call-{count:04}"}
        wish = {"state": "received"}
        sent = client.post(f"/erp/v1/orders/{way}/state", wish, content_type="application/json", headers=more)
        assert sent.json() == {"number": number, "state": "received"}


@pytest.mark.parametrize("number", [number for number in NUMBERS if ";" not in number], ids=ascii)
def test_quick_order_takes_it(number, world, olga, as_):
    article = make.ArticleFactory(number=number, fits=[world.rows.file.release.product])
    (entry,) = read_lines(world.company, f"{number};2" if re.search(r"\d", number) else f"TSA-0;1\n{number};2")[-1:]
    assert (entry.article, entry.quantity, entry.error) == (article, 2, "")


def test_two_numbers_of_one_key_are_two(world):
    """GIR-1/11 and GIR-11/1 are told apart where they are written out, and suggested where not."""
    fits = [world.rows.file.release.product]
    one, other = make.ArticleFactory(number="GIR-1/11", fits=fits), make.ArticleFactory(number="GIR-11/1", fits=fits)
    exact, again, unclear = read_lines(world.company, "GIR-1/11 4\nGIR-11/1;1\nGIR111;1")
    assert (exact.article, exact.quantity, again.article) == (one, 4, other)
    assert unclear.article is None and unclear.error and set(unclear.suggestions) == {one, other}
