"""Five calls, answered from the customer's page."""

import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.acting import Actor
from access.ending import remove, suspend
from access.history import access_on
from access.models import AccessEvent
from access.rights import Right
from access.switches import Wish, save_switches
from contracts.models import Document
from portal.lib.days import today
from portal.models import MailHandover

from .. import factories as make
from .test_admin import client_of  # noqa: F401 - fixture

THIRD_OF_MARCH = dt.date(2026, 3, 3)


def at(company, name="customer"):
    return reverse(f"admin:{name}", args=[company.pk])


def text(client, url, **data):
    return client.get(url, data).content.decode()


# --- "Wo ist meine Bestellung?" ---


def test_where_is_my_order(client_of, acme, ben):  # noqa: F811
    order = make.OrderFactory(company=acme, ordered_by=ben, number="TSA-7", state="accepted")
    make.OrderLineFactory(order=order, name="Zusatzmodul Mahnwesen")
    client = client_of("Support")
    # The number of the customer opens the page at once; the order stands on it with its state.
    page = text(client, client.get("/admin/suche/", {"q": "12345"})["Location"])
    assert "Zusatzmodul Mahnwesen" in page and "TSA-7" in page and "angenommen" in page
    assert client.get(reverse("admin:orders_order_change", args=[order.pk])).status_code == 200


# --- "Warum sehe ich den Artikel nicht?" ---


def test_why_is_the_article_not_there(client_of, acme):  # noqa: F811
    other = make.ProductFactory(number="9000", name="DOMUS ERP")
    hidden = make.ArticleFactory(number="TSA-K1", name="ERP-Anbindung", fits=[other])
    seen = make.ArticleFactory(number="TSA-K2", name="Mahnwesen", fits=[acme.licences.get().product])
    make.PriceFactory(article=seen, company=acme, net="399.00")
    client, url = client_of("Support"), at(acme, "customer_article")
    page = text(client, url, q="tsa k1")
    assert "sieht „ERP-Anbindung“ nicht" in page and "DOMUS ERP: keine Lizenz" in page and "fehlt" in page
    page = text(client, url, q="Mahnwesen")
    assert "Dieser Kunde sieht „Mahnwesen“" in page and "399,00" in page and "Listenpreis 499,00" in page
    hidden.is_active = False
    hidden.save()
    assert "Nicht mehr im Verkauf" in text(client, url, q="TSA-K1")
    assert "Kein Artikel heißt so" in text(client, url, q="gibtesnirgends")
    make.ArticleFactory(number="TSA-K3", name="Mahnwesen Plus")
    assert "TSA-K2" in text(client, url, q="mahnwesen") and client.get(url).status_code == 200


def test_the_article_s_page_leads_to_the_check(client_of):  # noqa: F811
    article = make.ArticleFactory(number="TSA-K1")
    client = client_of("Katalog")
    page = text(client, reverse("admin:shop_article_change", args=[article.pk]))
    assert reverse("admin:shop_article_why") + "?article=TSA-K1" in page
    assert 'value="TSA-K1"' in text(client, reverse("admin:shop_article_why"), article="TSA-K1")


# --- "Ich komme nicht rein" ---


def facts(client, person):
    page = client.get(reverse("admin:person", args=[person.pk]))
    return {str(fact.title): (fact.text, fact.tone) for fact in page.context["facts"]}


def act(client, person, name, **data):
    return client.post(reverse("admin:person", args=[person.pk]), {"act": name, **data})


def test_what_keeps_somebody_out_stands_first(client_of, ben, settings):  # noqa: F811
    settings.SECURE_SSL_REDIRECT = False
    client = client_of()
    assert facts(client, ben)["Falsche Passwörter"][1] == "ok"
    for _time in range(6):
        Client(REMOTE_ADDR=f"10.0.0.{_time}").post(reverse("account_login"), {"login": ben.email, "password": "falsch"})
    said, tone = facts(client, ben)["Falsche Passwörter"]
    assert tone == "danger" and "6 Versuche" in said
    assert list(facts(client, ben))[0] == "Falsche Passwörter"
    act(client, ben, "lift")
    assert facts(client, ben)["Falsche Passwörter"][1] != "danger"
    assert [letter.to for letter in mail.outbox][-1] == [ben.email]


def test_the_last_mail_and_what_became_of_it(client_of, ben):  # noqa: F811
    MailHandover.objects.create(
        key="00000000-0000-4000-8000-000000000001", recipients=[ben.email], state="refused", reason="mailbox full"
    )
    page = text(client_of(), reverse("admin:person", args=[ben.pk]))
    assert "mailbox full" in page and "abgelehnt" in page


def test_a_link_an_address_and_a_factor_after_a_call_back(client_of, ben, olga):  # noqa: F811
    client = client_of()
    act(client, ben, "password")
    assert mail.outbox[-1].to == [ben.email]
    Authenticator.objects.create(user=ben, type=Authenticator.Type.TOTP, data={})
    assert act(client, ben, "factor").status_code == 422, "not without the call back"
    assert Authenticator.objects.filter(user=ben).exists()
    assert act(client, ben, "factor", **{"factor-called_back": "on"}).status_code == 302
    assert not Authenticator.objects.filter(user=ben).exists()
    wanted = {"address-email": "Ben.Neu@Sonnenhof.example", "address-called_back": "on"}
    assert act(client, ben, "address", **{**wanted, "address-email": olga.email}).status_code == 422
    assert act(client, ben, "address", **{**wanted, "address-called_back": ""}).status_code == 422
    assert act(client, ben, "address", **{**wanted, "address-email": "kein"}).status_code == 422
    assert act(client, ben, "address", **wanted).status_code == 302
    ben.refresh_from_db()
    assert ben.email == "ben.neu@sonnenhof.example"


def test_a_blocked_account_is_opened_and_staff_are_not_touched(client_of, admin, ben):  # noqa: F811
    ben.is_active = False
    ben.save()
    sales = client_of("Vertrieb")
    assert facts(sales, ben)["Konto"][1] == "danger"
    act(sales, ben, "enable")
    ben.refresh_from_db()
    assert ben.is_active
    assert act(sales, admin, "log_out").status_code == 403
    assert act(sales, ben, "nonsense").status_code == 302


# --- "Wer durfte bei uns am 3. März Bestellungen aufgeben?" ---


def line(company, person, kind, day, **detail):
    moment = timezone.make_aware(dt.datetime.combine(day, dt.time(12)))
    name = person.get_full_name() if person else ""
    AccessEvent.objects.create(
        company=company, person=person, person_name=name, actor_kind="person", kind=kind, detail=detail, at=moment
    )


@pytest.fixture
def march(acme):
    """People who came and went before the log of the cast began."""
    names = ["Anna", "Bert", "Cora", "Dirk", "Emil"]
    anna, bert, cora, dirk, emil = (make.UserFactory(first_name=name, last_name="Alt") for name in names)
    day = lambda number: dt.date(2026, 3, number)
    shop = [Right.SHOP.value]
    line(acme, anna, "added", day(1), holder=True)
    line(acme, bert, "added", day(1))
    line(acme, bert, "switched_on", day(2), rights=shop)
    line(acme, bert, "switched_off", day(4), rights=shop)
    line(acme, cora, "invited", day(1))
    line(acme, cora, "switched_on", day(1), rights=shop)
    line(acme, dirk, "added", day(1), until="2026-03-02")
    line(acme, dirk, "switched_on", day(1), rights=shop)
    line(acme, emil, "added", day(1))
    line(acme, emil, "switched_on", day(1), rights=[*shop, Right.DOWNLOADS.value], until="2026-03-02")
    line(acme, emil, "switched_on", day(1), rights=[Right.CONTRACTS.value])
    return acme


def might(company, day, right):
    return {standing.name for standing, may in access_on(company, day).people if right in may}


def test_who_might_order_on_the_third_of_march(client_of, march):  # noqa: F811
    assert might(march, THIRD_OF_MARCH, Right.SHOP) == {"Anna Alt", "Bert Alt"}
    assert might(march, dt.date(2026, 3, 2), Right.SHOP) == {"Anna Alt", "Bert Alt", "Dirk Alt", "Emil Alt"}
    assert might(march, dt.date(2026, 3, 4), Right.SHOP) == {"Anna Alt"}
    assert might(march, THIRD_OF_MARCH, Right.CONTRACTS) == {"Anna Alt", "Emil Alt"}
    assert might(march, dt.date(2026, 2, 28), Right.SHOP) == set()
    page = text(client_of(), at(march, "customer_allowed"), day="2026-03-03", right=Right.SHOP.value)
    assert "Anna Alt" in page and "Bert Alt" in page and "Dirk Alt" not in page and "Cora Alt" not in page
    page = text(client_of(), at(march, "customer_allowed"), day="2026-03-04")
    assert "An diesem Tag geändert" in page and "entzogen" in page


def test_a_blocked_company_let_nobody_in(march):
    line(march, None, "company_blocked", dt.date(2026, 3, 2))
    line(march, None, "company_opened", dt.date(2026, 3, 4))
    assert access_on(march, THIRD_OF_MARCH).is_blocked and not access_on(march, dt.date(2026, 3, 4)).is_blocked


def test_the_log_comes_to_what_is_stored(acme, admin, olga, deniz, ben, dora, carla, nils):
    """Whatever was done by the verbs, today's evaluation is today's access."""
    by, row = Actor.staff(admin, acme.pk), ben.at[acme.number]
    wish = Wish(row.version, frozenset({Right.SHOP}), on=frozenset({Right.DOWNLOADS}), off=frozenset({Right.SHOP}))
    save_switches(by, {row.pk: wish})
    suspend(by, dora.at[acme.number])
    remove(by, carla.at[acme.number])
    for right in Right:
        stored = {row.name for row in acme.memberships.open().select_related("user") if row.may(right)}
        assert might(acme, today(), right) == stored, right


@pytest.mark.parametrize("day", ["", "x", "2026-02-30", "9999-12-31", "0001-01-01"])
def test_no_day_breaks_the_page(day, client_of, acme):  # noqa: F811
    assert client_of().get(at(acme, "customer_allowed"), {"day": day}).status_code in {200, 422}


# --- "Schicken Sie mir die Auftragsbestätigung noch einmal" ---


@pytest.fixture
def paper(acme, ben):
    make.OrderLineFactory(order=make.OrderFactory(company=acme, ordered_by=ben, number="TSA-7", state="accepted"))
    return make.DocumentFactory(company=acme, number="AB-TSA-7")


def test_the_confirmation_once_more(client_of, acme, ben, paper):  # noqa: F811
    client = client_of()
    assert "AB-TSA-7" in text(client, at(acme))
    for _time in range(2):
        answer = client.post(at(acme, "customer_paper"), {"paper": paper.pk}, follow=True)
    assert "eben erst" in answer.content.decode()
    letters = [letter for letter in mail.outbox if letter.attachments]
    assert {address for letter in letters for address in letter.to} == {ben.email, acme.email} and len(letters) == 2
    assert letters[0].attachments[0][1] == make.PDF, "the paper that is filed, not a new one"


def test_a_colleague_s_press_counts_too(client_of, acme, paper):  # noqa: F811
    for client in (client_of(), client_of()):
        client.post(at(acme, "customer_paper"), {"paper": paper.pk})
    assert len([letter for letter in mail.outbox if letter.attachments]) == 2, "one to each reader"


def test_what_cannot_be_sent_again_is_said(client_of, acme, elsewhere, ben, paper):  # noqa: F811
    client = client_of()
    foreign = make.DocumentFactory(company=elsewhere, number="AB-1")
    invoice = make.DocumentFactory(company=acme, number="RE-1", kind=Document.Kind.INVOICE)
    for pk in (foreign.pk, invoice.pk, "x", ""):
        client.post(at(acme, "customer_paper"), {"paper": pk})
    assert mail.outbox == []
    assert client_of("Support").post(at(acme, "customer_paper"), {"paper": paper.pk}).status_code == 403
