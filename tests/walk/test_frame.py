"""The frame is drawn once for each way it can look; names and numbers in it are always those of who asks."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from access.rights import Right
from portal.frame import MARK
from shop.cart import put
from shop.models import Article

from .. import factories as make

pytestmark = pytest.mark.django_db


def bar_of(client, company, name="account"):
    page = client.get(reverse(name, args=[company.number])).content.decode()
    return page[page.index("<header") : page.index("</header>")]


def test_two_of_the_same_rights_read_their_own_names(as_):
    people = []
    for number, name in (("F-1 ü&b", "Müller & <Söhne>"), ("F2", "Weber")):
        company = make.CompanyFactory(number=number, name=name)
        member = make.MembershipFactory(company=company, rights=[Right.SHOP], user__last_name=f"Von {name}")
        people.append((company, member.user))
    for company, user in people * 2:
        bar = bar_of(as_(user), company)
        assert escape(company.name) in bar and escape(user.get_full_name()) in bar and escape(user.email) in bar
        assert f"<small>{escape(company.number)}</small>" in bar
        for name in ("article_list", "cart_detail", "order_list"):
            assert f'href="{escape(reverse(name, args=[company.number]))}' in bar
        assert not MARK.search(bar)
        (other,) = (company.name for company, person in people if person != user)
        assert escape(other) not in bar


def test_it_looks_as_the_rights_and_the_page_want(acme, olga, carla, as_):
    holder, reader = as_(olga), as_(carla)
    locked = "is-locked"
    assert locked not in bar_of(holder, acme)
    assert locked in bar_of(reader, acme) and reverse("cart_detail", args=[acme.number]) not in bar_of(reader, acme)
    for name in ("account", "document_list", "support", "order_list"):
        (current,) = (line for line in bar_of(holder, acme, name).split("<a") if 'aria-current="page"' in line)
        assert reverse(name, args=[acme.number]) in current


def test_each_page_has_its_own_token(acme, olga, as_):
    client = as_(olga)
    first, second = (bar_of(client, acme).split('csrfmiddlewaretoken" value="')[1][:64] for _turn in range(2))
    assert len(first) == 64 and first != second


def test_it_says_how_much_is_in_the_cart(acme, ben, as_):
    client = as_(ben)
    assert "badge" not in bar_of(client, acme)
    for count in (1, 2):
        article = make.ArticleFactory(fits=[acme.licences.first().product])
        put(acme, ben, Article.objects.with_prices(acme).get(pk=article.pk), 3)
        bar = bar_of(client, acme)
        assert f'<span class="badge">{count}</span>' in bar
