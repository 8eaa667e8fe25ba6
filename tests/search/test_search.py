"""The one search: each kind under the right of its tile, within the company, best first, and safe to show."""

import pytest
from django.urls import reverse

from access.rights import Right
from contracts.filing import file_document
from contracts.models import Document, DocumentText, PageText
from contracts.recalling import recall_document
from contracts.tasks import read_texts
from contracts.texts.finding import documents_with
from portal.lib.days import ONE_DAY, today
from portal.lib.marking import FROM, from_database, part_of
from portal.search.pages import PAGES
from portal.search.sections import GROUPS

from .. import factories as make
from ..contracts.papers import encrypted, scan
from ..walk.stage import *  # noqa: F403 - the fixtures

SPV = ["Softwarepflege", "Umfang der Pflege", "Die Kündigungsfrist beträgt drei Monate zum Ende des Jahres."]
KINDS = {"articles", "orders", "documents", "people", "programs", "pages"}


def filed(company, number="SPV-1", kind="SPV", title="Softwarepflege DOMUS 4000", pages=SPV):
    """A document that was read, as the worker leaves it."""
    document, _is_new = file_document(company, number=number, kind=kind, title=title, content="".join(pages).encode())
    whose = {"document": document, "company": company}
    DocumentText.objects.create(**whose, state="read", pages=len(pages))
    for page, text in enumerate(pages, 1):
        PageText.objects.create(**whose, page=page, text=text)
    return document


def asked(client, typed, number="12345", **more):
    return client.get(reverse("search", args=[number]), {"q": typed, **more})


def hits(client, typed, number="12345"):
    """{kind: titles} of what somebody finds."""
    sections = asked(client, typed, number).context["results"].sections
    return {section.group.key: [hit.title for hit in section.found.hits] for section in sections}


@pytest.fixture
def zebra(acme, elsewhere, olga):
    """Something of every kind with the same word, at both companies."""
    product = make.ProductFactory(number="Z1", name="Zebra Verwaltung")
    for company in (acme, elsewhere):
        name = company.name.split()[0]
        make.LicenceFactory(company=company, product=product)
        filed(company, f"Z-{company.number}", "RE", f"Zebra {name}", ["Ein Zebra"])
        order = make.OrderFactory(company=company, number=f"ZO-{company.number}", reference="Zebra")
        make.OrderLineFactory(order=order, position=1, name=f"Zebra {name}")
        person = make.UserFactory(first_name="Zebra", last_name=name)
        make.MembershipFactory(company=company, user=person)
    make.ArticleFactory(number="Z-100", name="Zebra Zusatz", fits=[product], list_price="120.00")
    make.ArticleFactory(number="Z-200", name="Zebra Fremdes", fits=[make.ProductFactory(number="Z9", name="Anderes")])
    release = make.ReleaseFactory(product=product, version="26.1")
    make.ReleaseFileFactory(release=release)
    make.ReleaseFactory(product=make.ProductFactory(number="Z9"), version="1.0 Zebra")


ALLOWED = {
    "olga": KINDS - {"pages"},
    "deniz": KINDS - {"pages"},
    "ben": {"articles", "orders"},
    "dora": {"programs"},
    "carla": {"documents"},
    "kim": set(),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_each_kind_is_open_to_who_may_see_its_tile(name, zebra, as_, request):
    found = hits(as_(request.getfixturevalue(name)), "Zebra")
    assert set(found) == ALLOWED[name]
    said = str(found)
    assert "Fremde" not in said and "Anderes" not in said and "Fremdes" not in said, "nothing of others, nothing unfit"
    assert "Hausverwaltung" in said or name in ("ben", "dora", "kim")


def test_who_works_elsewhere_finds_what_is_there_and_nothing_here(zebra, mallory, as_):
    assert asked(as_(mallory), "Zebra").status_code == 404
    found = str(hits(as_(mallory), "Zebra", "66666"))
    assert "Zebra Fremde" in found and "Hausverwaltung" not in found


def test_prices_are_the_company_s_own_and_for_the_shop_only(zebra, acme, ben, carla, as_):
    article = make.ArticleFactory._meta.model.objects.get(number="Z-100")
    make.PriceFactory(article=article, company=acme, net="99.00")
    page = asked(as_(ben), "Zebra").content.decode()
    assert "99,00" in page and reverse("cart_add", args=["12345", "Z-100"]) in page
    assert "€" not in asked(as_(carla), "Zebra").content.decode()


def test_pages_are_those_that_open(acme, olga, ben, as_):
    for page in PAGES:
        assert page.path("12345")
    assert hits(as_(ben), "Passwort ändern")["pages"] == ["Passwort ändern"]
    assert "Nutzer hinzufügen" in hits(as_(olga), "einladen")["pages"]
    assert "pages" not in hits(as_(ben), "einladen") and "pages" not in hits(as_(ben), "Auftragsverarbeitung")
    for name in {group.key for group in GROUPS}:
        assert asked(as_(olga), "a", **{"in": name}).status_code == 200


# --- the text of documents ---


def test_the_page_with_the_word_is_found_with_what_stands_around_it(acme, carla, as_):
    document = filed(acme)
    page = asked(as_(carla), "kündigungsfrist").content.decode()
    assert f"{document.pk}/#page=3" in page and "<b>Seite 3</b>" in page
    assert "<mark>Kündigungsfrist</mark> beträgt drei Monate" in page and "3 Seiten" in page


@pytest.mark.parametrize(
    "typed",
    ["Kündigungsfristen", "KUENDIGUNGSFRIST", "kündigung", "Ende Jahre", "die Frist der Monate", "Pflege drei Monate"],
)
def test_words_are_found_in_any_form_and_all_over_the_document(typed, acme):
    if "Frist" in typed:
        filed(acme, pages=["Die Frist", "zwei Monate"])
    else:
        filed(acme)
    assert [row.number for row in documents_with(acme, typed)] == ["SPV-1"]


@pytest.mark.parametrize("typed", ["Heizkosten", "Pflege Heizkosten", "& |", "§", "'", "\\", "a:*b", "!(x)"])
def test_what_is_not_there_is_not_found(typed, acme):
    filed(acme)
    assert not documents_with(acme, typed)


def test_titles_come_before_texts_and_fuller_pages_before_others(acme):
    filed(acme, "A-1", pages=["Umzug"])
    filed(acme, "A-2", pages=["Der Umzug, noch ein Umzug, wieder ein Umzug"])
    filed(acme, "A-3", title="Umzug", pages=["Nichts davon"])
    assert [row.number for row in documents_with(acme, "umzug")] == ["A-3", "A-2", "A-1"]


def test_what_has_no_text_is_found_by_its_title_and_says_so(acme, carla, as_):
    for number, content in (("S-1", scan()), ("S-2", encrypted("Geheim")), ("S-3", b"<Invoice/>")):
        file_document(acme, number=number, kind="AB", title=f"Beleg {number}", content=content)
    read_texts.func(0)
    assert asked(as_(carla), "Beleg").content.decode().count("ohne Text") == 3


@pytest.mark.parametrize("recall", Document.Recall.values)
def test_a_recalled_document_s_text_is_found_by_nobody(recall, acme, elsewhere, carla, admin, as_):
    document = filed(acme)
    recall_document(document, recall=recall, reason="Irrtum.", by=admin)
    assert "documents" not in hits(as_(carla), "Kündigungsfrist")
    named = asked(as_(carla), "Softwarepflege DOMUS").content.decode()
    assert str(document.pk) not in named and ("Irrtum." in named) == (recall == Document.Recall.FAULTY)


def test_hidden_documents_stay_hidden(acme, carla, as_):
    filed(acme)
    Document.objects.update(dated_on=today() + ONE_DAY)
    assert "documents" not in hits(as_(carla), "Kündigungsfrist"), "dated tomorrow"
    Document.objects.update(dated_on=today())
    filed(acme, pages=["Anders"])
    assert "documents" not in hits(as_(carla), "Kündigungsfrist"), "an earlier version"


def test_what_is_shown_of_a_text_is_escaped(acme, carla, as_):
    filed(acme, title="<i>Titel</i>", pages=["<script>alert(1)</script> Kündigungsfrist & <b>mehr</b>"])
    page = asked(as_(carla), "Kündigungsfrist").content.decode()
    assert "<mark>Kündigungsfrist</mark> &amp;" in page and "&lt;i&gt;Titel" in page
    assert "<script>alert" not in page and "<b>mehr" not in page
    assert from_database(f"<b>{FROM}x") == "&lt;b&gt;<mark>x"
    assert part_of("<b>Das Haus</b>", "haus") == "&lt;b&gt;Das <mark>Haus</mark>&lt;/b&gt;"


def test_a_part_of_a_long_text_begins_and_ends_with_words():
    text = f"{'vorher ' * 40}Heizkosten {'nachher ' * 60}"
    cut = part_of(text, "heizkosten")
    assert cut.startswith("… vorher") and cut.endswith("nachher …") and "<mark>Heizkosten</mark>" in cut
    assert len(cut) < 260 and part_of(text, "fehlt") == ""


# --- the page ---


def test_nothing_found_says_so_and_leads_to_the_vendor(ben, kim, as_):
    page = asked(as_(ben), "qqxyz & <b>").content.decode()
    assert "Nichts gefunden" in page and "Fehlt Ihnen etwas?" in page
    assert "/support/?about=Suchen:%20qqxyz%20%26%20%3Cb%3E#question" in page
    assert "/shop/?q=qqxyz" in page and "/shop/?q=" not in asked(as_(kim), "qqxyz").content.decode()


def test_an_empty_search_asks_nothing(olga, as_):
    for typed in ("", "  ", "\0", "\u200b"):
        page = asked(as_(olga), typed)
        assert page.status_code == 200 and page.context["results"].sections == []


def test_many_hits_are_counted_to_a_bound_and_one_kind_can_be_looked_at(acme, carla, as_):
    for number in range(55):
        make.DocumentFactory(company=acme, title=f"Massenbrief {number}")
    page = asked(as_(carla), "Massenbrief").content.decode()
    assert "Mehr als 50 Treffer" in page and "Alle 50+: Dokumente" in page and page.count("row-title") == 5
    assert asked(as_(carla), "Massenbrief", **{"in": "documents"}).content.decode().count("row-title") == 50


@pytest.mark.parametrize("count", [3, 60])
def test_one_query_for_each_kind(count, acme, deniz, as_, django_assert_max_num_queries):
    product = acme.licences.first().product
    for number in range(count):
        filed(acme, f"M-{number}", pages=["Suchwort"]) if number < 3 else make.DocumentFactory(
            company=acme, title="Suchwort"
        )
        make.ArticleFactory(name=f"Suchwort {number}", fits=[product])
        make.OrderLineFactory(order=make.OrderFactory(company=acme), name="Suchwort", position=1)
        make.MembershipFactory(company=acme, user__last_name=f"Suchwort{number}", rights=[Right.SHOP])
        make.ReleaseFactory(product=product, version=f"Suchwort {number}")
    client = as_(deniz)
    assert set(hits(client, "Suchwort")) == KINDS - {"pages"}
    # The door's four, and one for each kind but the pages.
    with django_assert_max_num_queries(4 + 5):
        asked(client, "Suchwort")
