"""What stands around every page: brand, company, "Ihr Konto", help and language."""

import re

import pytest
from django.urls import reverse

from tests import factories as make

TILES = ["Mein Konto", "Vertragsdokumente", "Zugänge verwalten", "Downloads", "Support-Modul", "Shop", "Bestellungen"]


def html_of(client, path):
    return client.get(path, follow=True).content.decode()


def part(page, opening, closing):
    return re.search(f"{opening}.*?{closing}", page, re.S)[0]


def menu_of(page):
    return part(page, '<details class="menu">', "</details>")


def links_of(source):
    """{text without markup: address} of the links."""
    found = re.findall(r'<a\s[^>]*href="([^"]*)"[^>]*>(.*?)</a>', source, re.S)
    return {" ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", text, flags=re.S).split()): url for url, text in found}


def test_your_account_opens_all_tiles_on_every_page(as_, olga):
    client = as_(olga)
    for name in ["start", "support", "article_list"]:
        assert list(links_of(menu_of(html_of(client, reverse(name, args=["12345"])))))[: len(TILES)] == TILES


def test_a_locked_tile_is_a_link_that_says_so(as_, dora):
    """edge 13: hidden is not protected; the page behind it explains."""
    page = html_of(as_(dora), reverse("start", args=["12345"]))
    tiles = links_of(part(page, '<ul class="tiles"', "</ul>"))
    locked = [text for text in tiles if text.endswith("Nicht freigeschaltet. Zugriff anfragen")]
    assert [text.split(" ")[0] for text in locked] == ["Vertragsdokumente", "Zugänge", "Shop", "Bestellungen"]
    assert tiles[next(text for text in locked if text.startswith("Shop"))] == reverse("article_list", args=["12345"])
    assert links_of(menu_of(page))["Vertragsdokumente nicht freigeschaltet"] == reverse("document_list", args=["12345"])


def test_the_explaining_page_names_who_can_grant_it(as_, dora, olga, deniz):
    answer = as_(dora).get(reverse("article_list", args=["12345"]))
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "„Shop &amp; Bestellungen“ ist für Sie noch nicht freigeschaltet" in page
    assert "Olga Oswald" in page
    assert "Deniz Demir" in page
    assert "Zugriff anfragen" in page


def test_search_and_cart_only_for_who_may_order(as_, ben, dora):
    start = reverse("start", args=["12345"])
    cart = reverse("cart_detail", args=["12345"])
    assert cart in html_of(as_(ben), start)
    assert cart not in html_of(as_(dora), start)


def test_the_company_leads_to_the_choice_only_where_there_is_one(as_, dora, elsewhere):
    start = reverse("start", args=["12345"])
    chooser = f'<a class="company" href="{reverse("chooser")}"'
    assert chooser not in html_of(as_(dora), start)
    make.MembershipFactory(company=elsewhere, user=dora)
    assert chooser in html_of(as_(dora), start)


def test_many_companies_can_be_searched(as_, olga):
    """edge 48: an outside partner in many companies."""
    for number in range(80001, 80010):
        make.MembershipFactory(user=olga, company=make.CompanyFactory(number=str(number), name=f"Firma {number}"))
    client = as_(olga)
    assert 'role="search"' in html_of(client, reverse("chooser"))
    page = html_of(client, reverse("chooser") + "?q=80004")
    assert list(links_of(part(page, '<ul class="list"', "</ul>"))) == ["Firma 80004"]
    assert "Nichts gefunden" in html_of(client, reverse("chooser") + "?q=nirgends")


@pytest.mark.parametrize("name", ["account_login", "account_reset_password"])
def test_help_stands_at_the_same_place_without_a_login(db, as_, name, settings):
    foot = part(html_of(as_(None), reverse(name)), '<footer class="foot">', "</footer>")
    assert list(links_of(foot)) == ["Impressum", "Datenschutz", settings.BRAND["info_mail"]]
    assert settings.BRAND["phone"] in foot


def test_nobody_is_offered_to_sign_up(db, as_):
    page = html_of(as_(None), reverse("account_login"))
    assert reverse("account_signup") not in page
    assert "Einladung" in page


def test_the_language_changes_where_one_stands(as_, olga):
    client = as_(olga)
    start = reverse("start", args=["12345"])
    assert '<html lang="de">' in html_of(client, start)
    client.post(reverse("set_language"), {"language": "en", "next": start})
    page = html_of(client, start)
    assert '<html lang="en">' in page
    assert "Your account" in page
    assert 'name="language" value="de" lang="de"' in page


def test_the_first_link_skips_to_the_content(as_, olga):
    page = html_of(as_(olga), reverse("start", args=["12345"]))
    assert re.search(r'<body>\s*<a class="skip" href="#main">', page)
    assert 'id="main" tabindex="-1"' in page


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_an_error_page_needs_no_database(status, settings):
    """The test has no database: a query would fail it."""
    from portal.lib.answers import plain_page

    page = plain_page(f"{status}.html", status, reference="ab12cd34").content.decode()
    assert settings.BRAND["name"] in page
    assert settings.BRAND["info_mail"] in page
    assert 'href="/"' in page
    assert ("ab12cd34" in page) == (status == 500)


def test_another_vendors_brand_fills_the_frame(db, as_, settings):
    settings.BRAND = {**settings.BRAND, "name": "Musterhaus", "portal": "Portal", "info_mail": "hilfe@muster.example"}
    page = html_of(as_(None), reverse("account_login"))
    assert "DOMUS Kundenportal" not in page
    assert re.search(r"<title>\s*Anmelden · Musterhaus Portal\s*</title>", page)
    assert "mailto:hilfe@muster.example" in page


OWN = ["session_list", "newsletter", "my_data", "account_delete", "sign_on_list", "mfa_index", "mfa_activate_totp",
       "account_email", "account_change_password", "account_logout"]  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_own_pages_stand_in_the_frame_of_the_company_looked_at_last(as_, dora, elsewhere, name, settings):
    make.MembershipFactory(company=elsewhere, user=dora)
    settings.ACCOUNT_REAUTHENTICATION_REQUIRED = False
    client = as_(dora)
    client.get(reverse("start", args=["66666"]))
    page = html_of(client, reverse(name))
    assert "Fremde Verwaltung AG" in part(page, '<header class="bar">', "</header>")
    assert list(links_of(menu_of(page)))[: len(TILES)][0] == TILES[0]
    crumb = links_of(part(page, '<nav aria-label="Sie sind hier', "</nav>"))
    assert crumb == {"Mein Konto": reverse("account", args=["66666"])} or name == "mfa_activate_totp"


def test_the_frame_of_an_own_page_is_never_a_company_that_is_not_the_person_s(as_, dora, elsewhere, acme):
    client = as_(dora)
    client.cookies["company"] = "66666"
    assert "Fremde Verwaltung AG" not in html_of(client, reverse("session_list"))
    acme.is_blocked = True
    acme.save()
    assert acme.name not in html_of(client, reverse("session_list"))


def test_an_odd_cookie_breaks_no_page(as_, dora):
    client = as_(dora)
    client.cookies["company"] = '"a\\000b"'
    assert client.get(reverse("session_list")).status_code == 200


def test_an_error_page_keeps_the_frame_for_who_is_logged_in(as_, dora):
    client = as_(dora)
    client.get(reverse("start", args=["12345"]))
    for path in ("/nirgends/", reverse("start", args=["99999"]), "/admin/nichts/"):
        answer = client.get(path)
        page = answer.content.decode()
        assert answer.status_code in (404, 302)
        if answer.status_code == 404:
            assert "Hausverwaltung Sonnenhof GmbH" in part(page, '<header class="bar">', "</header>")
            assert '<footer class="foot">' in page
            assert f'href="{reverse("start", args=["12345"])}"' in part(page, '<main class="page"', "</main>")
    nobody = as_(None).get("/nirgends/").content.decode()
    assert '<details class="menu">' not in nobody
