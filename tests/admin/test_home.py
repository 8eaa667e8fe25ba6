"""The vendor's workplace: what waits, one search, tables by work, each cut to the role."""

from datetime import timedelta

import pytest
from django.contrib import admin as django_admin
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from orders.models import Order
from portal.lib.days import today
from portal.models import LoginDay, Trouble
from portal.staff.areas import AREAS
from portal.staff.figures import KEY, count
from portal.staff.waiting import KINDS, MOST, lists_for
from shop.models import Miss

from .. import factories as make
from .test_admin import client_of  # noqa: F401 - fixture

HOME = "/admin/"


def waiting(client):
    page = client.get(HOME)
    assert page.status_code == 200
    return {str(one.title): one for one in page.context["lists"]}


def test_each_table_stands_in_one_area(client_of):  # noqa: F811
    named = [name for area in AREAS for name in area.tables]
    tables = [model._meta.label_lower for model in django_admin.site._registry]
    assert sorted(named) == sorted(tables)
    page = client_of().get(HOME).content.decode()
    for word in ("Kunden", "Bestellungen", "Katalog", "Versionen", "Dokumente", "Zugänge", "Betrieb", "Firmen"):
        assert f">{word}</" in page
    assert "ACCOUNTS" not in page.upper().replace("/ACCOUNTS/", "")


def test_what_waits_says_how_many_since_when_and_the_oldest(client_of, acme, ben):  # noqa: F811
    for days in (1, 5):
        placed = timezone.now() - timedelta(days=days)
        make.OrderFactory(company=acme, ordered_by=ben, number=f"TSA-{days}", placed_at=placed)
    make.OrderFactory(company=acme, ordered_by=ben, state=Order.State.WAITING)
    client = client_of()
    orders = waiting(client)["Bestellungen annehmen"]
    assert (orders.count, orders.about, orders.is_late) == (2, f"TSA-5 · {acme.name}", True)
    page = client.get(HOME).content.decode()
    assert "seit 5 Tagen" in page and orders.url in page
    listed = client.get(orders.url).context["cl"].result_count
    assert listed == 2, "the link leads to these and no others"


def test_every_kind_leads_to_a_table_that_opens(client_of, acme):  # noqa: F811
    client = client_of()
    for kind in KINDS:
        address = reverse(f"admin:{kind.table.replace('.', '_')}_changelist") + "?" + kind.query
        answer = client.get(address)
        assert answer.status_code == 200, f"{kind.title}: {address} is a filter that does not exist"
        assert django_admin.site._registry, kind.needs


def test_many_are_counted_up_to_a_hundred(admin):
    Trouble.objects.bulk_create(Trouble(work="w", row=str(number), reason="r") for number in range(MOST + 5))
    (trouble,) = (one for one in lists_for(admin) if "Aufgaben" in str(one.title) or "tasks" in str(one.title))
    assert (trouble.count, trouble.is_more) == (MOST, True)


def test_all_lists_are_one_question(admin, acme, ben, django_assert_num_queries):
    make.OrderFactory(company=acme, ordered_by=ben)
    Miss.objects.create(text="gibt es nicht")
    lists_for(admin)
    with django_assert_num_queries(1):
        assert len(lists_for(admin)) >= 2


def test_a_role_sees_its_own_work(client_of, acme, ben):  # noqa: F811
    make.OrderFactory(company=acme, ordered_by=ben)
    Miss.objects.create(text="datev export")
    catalogue = client_of("Katalog")
    assert set(waiting(catalogue)) == {"Suchen ohne Treffer"}
    page = catalogue.get(HOME).content.decode()
    assert "datev export" in page and ">Firmen</a>" not in page and "Wer das Portal nutzt" not in page
    assert "Bestellungen annehmen" in waiting(client_of("Vertrieb"))


def test_staff_land_on_it(client_of, admin, as_, ben):  # noqa: F811
    assert client_of("Support").get(reverse("home"))["Location"] == HOME
    assert as_(ben).get(reverse("home"))["Location"] != HOME
    assert as_(ben).get(HOME).status_code in {302, 404}


@pytest.mark.parametrize("typed", ["12345", "DOMUS_12345", " domus 12345 ", "0012345"])
def test_the_number_of_a_customer_opens_the_page(client_of, acme, typed):  # noqa: F811
    answer = client_of().get("/admin/suche/", {"q": typed})
    assert answer["Location"] == reverse("admin:customer", args=[acme.pk])


def found(client, typed):
    page = client.get("/admin/suche/", {"q": typed})
    assert page.status_code == 200
    return {str(group.title): [hit.title for hit in group.hits] for group in page.context["groups"]}


def test_names_addresses_and_numbers_are_found(client_of, acme, ben):  # noqa: F811
    order = make.OrderFactory(company=acme, ordered_by=ben, number="TSA-777")
    client = client_of()
    assert found(client, "sonnenh")["Firmen"] == [acme.number]
    assert ben.get_full_name() in found(client, "bau")["Personen"]
    assert found(client, "TSA-77")["Bestellungen"] == ["TSA-777"]
    to = client.get("/admin/suche/", {"q": "tsa-777"})["Location"]
    assert to == reverse("admin:orders_order_change", args=[order.pk])
    to = client.get("/admin/suche/", {"q": ben.email.upper()})["Location"]
    assert to == reverse("admin:person", args=[ben.pk])
    assert found(client, "gibtesnicht") == {} == found(client, "")


def test_the_search_shows_a_role_only_what_it_may_see(client_of, acme, ben):  # noqa: F811
    make.ArticleFactory(name="Sonnenhof-Modul", number="SO-1")
    catalogue = client_of("Katalog")
    assert found(catalogue, "Bauer") == {} == found(catalogue, "12345"), "people and companies are not theirs"
    assert set(found(catalogue, "SO-")) == {"Artikel"}


def test_the_search_costs_the_same_for_many(client_of, acme, django_assert_max_num_queries):  # noqa: F811
    for number in range(30):
        make.MembershipFactory(company__name=f"Sonnenhof {number} GmbH")
    client = client_of()
    with django_assert_max_num_queries(22):
        client.get("/admin/suche/", {"q": "Sonnenhof"})


def test_logins_are_counted_without_names(client, ben):
    for _time in range(2):
        client.force_login(ben)
    assert LoginDay.objects.get().count == 2 and LoginDay.objects.get().day == today()


def test_figures_are_counted_twice_an_hour(client_of, acme, ben):  # noqa: F811
    cache.delete(KEY)
    make.OrderFactory(company=acme, ordered_by=ben)
    client = client_of()
    assert client.get(HOME).context["figures"].weeks[-1].count == 1
    make.OrderFactory(company=acme, ordered_by=ben)
    assert client.get(HOME).context["figures"].weeks[-1].count == 1
    count()
    shown = client.get(HOME).context["figures"]
    assert shown.weeks[-1].count == 2 and shown.companies >= shown.active + shown.invited
