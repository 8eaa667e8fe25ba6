"""Who may open which page: every address of the site map x every person x GET and POST."""

import re

import pytest
from django.db import transaction
from django.urls import reverse

from .sitemap import own_views
from .stage import *  # noqa: F403 - the fixtures
from .world import furnish

PEOPLE = ["olga", "deniz", "ben", "dora", "carla", "kim", "nils", "mallory", "nobody"]

#            olga deniz  ben dora carla  kim nils mall nobody
MEMBER =    [200, 200, 200, 200, 200, 200, 404, 404, 302]  # fmt: skip
SHOP =      [200, 200, 200, 403, 403, 403, 404, 404, 302]  # fmt: skip
DOWNLOADS = [200, 200, 403, 200, 403, 403, 404, 404, 302]  # fmt: skip
CONTRACTS = [200, 200, 403, 403, 200, 403, 404, 404, 302]  # fmt: skip
ACCOUNT =   [200, 200, 403, 403, 403, 200, 404, 404, 302]  # fmt: skip
ACCESS =    [200, 200, 403, 403, 403, 403, 404, 404, 302]  # fmt: skip
HOLDER =    [200, 403, 403, 403, 403, 403, 404, 404, 302]  # fmt: skip
POST_ONLY = [405, 405, 405, 405, 405, 405, 405, 405, 302]  # fmt: skip

GET = {
    "start": MEMBER,
    "search": MEMBER,
    "account": MEMBER,
    "person_edit": MEMBER,
    "company_edit": ACCOUNT,
    "second_factor_rule": POST_ONLY,
    "weekly_mail": POST_ONLY,
    "name_change": ACCOUNT,
    "name_change_file": ACCOUNT,
    "name_change_withdraw": POST_ONLY,
    "document_list": CONTRACTS,
    "document_file": CONTRACTS,
    "holding_list": CONTRACTS,
    "holdings_paper": POST_ONLY,
    "as_of": MEMBER,
    "date_list": MEMBER,
    "calendar_make": POST_ONLY,
    "calendar_end": POST_ONLY,
    "as_of_paper": POST_ONLY,
    "access_proof": ACCESS,
    # Olga's; others learn nothing of it.
    "paper_detail": [200, 404, 404, 404, 404, 404, 404, 404, 302],
    "paper_file": [200, 404, 404, 404, 404, 404, 404, 404, 302],
    "terms_list": CONTRACTS,
    "invoice_list": CONTRACTS,
    "invoice_zip": CONTRACTS,
    "invoice_xml": CONTRACTS,
    "document_zip": POST_ONLY,
    "avv": HOLDER,
    "terms_file": MEMBER,
    "terms_diff": CONTRACTS,
    "subprocessor_list": CONTRACTS,
    "objection_create": POST_ONLY,
    "opening_list": HOLDER,
    "opening_export": HOLDER,
    "people_list": ACCESS,
    "invitation_create": ACCESS,
    "invitation_resend": POST_ONLY,
    "membership_remove": ACCESS,
    "membership_edit": ACCESS,
    "membership_suspend": POST_ONLY,
    "membership_resume": POST_ONLY,
    "membership_renew": POST_ONLY,
    "membership_friday": POST_ONLY,
    "request_undo": POST_ONLY,
    "holder_name": HOLDER,
    "holder_end": HOLDER,
    "holder_main": POST_ONLY,
    "role_hand_over": HOLDER,
    "takeover": ACCESS,
    "takeover_object": POST_ONLY,
    "takeover_withdraw": POST_ONLY,
    "access_request": POST_ONLY,
    "request_answer": ACCESS,
    "access_log": ACCESS,
    "access_log_export": ACCESS,
    "review": ACCESS,
    "review_close": POST_ONLY,
    "review_keep": POST_ONLY,
    "review_file": ACCESS,
    "product_list": DOWNLOADS,
    "product_detail": DOWNLOADS,
    "release_file": DOWNLOADS,
    "product_watch": POST_ONLY,
    "installed_note": POST_ONLY,
    "installed_remove": POST_ONLY,
    "update_advice": DOWNLOADS,
    "download_log": HOLDER,
    "pass_list": DOWNLOADS,
    "pass_create": DOWNLOADS,
    "pass_detail": DOWNLOADS,
    "pass_revoke": POST_ONLY,
    "support": MEMBER,
    "feature_picture": MEMBER,
    "article_list": SHOP,
    "article_detail": SHOP,
    "article_suggest": SHOP,
    "maintenance_article": [302, 302, 302, 403, 403, 403, 404, 404, 302],
    "quick_order": SHOP,
    "shopping_lists": SHOP,
    # Olga's list is her own; a private one is as good as none to others, who are led to the lists.
    "shopping_list": [200, 302, 302, 403, 403, 403, 404, 404, 302],
    "list_add": POST_ONLY,
    "list_update": POST_ONLY,
    "list_delete": POST_ONLY,
    "list_order": POST_ONLY,
    "list_line": POST_ONLY,
    "training_list": SHOP,
    "booking_rename": POST_ONLY,
    "booking_release": SHOP,
    "article_picture": SHOP,
    # Olga's cart is filled, the others' are empty; a foreign line is as good as none, and leads to one's own cart.
    "cart_detail": SHOP,
    "cart_add": POST_ONLY,
    "maintenance_extend": POST_ONLY,
    "cart_update": POST_ONLY,
    "cart_confirm": POST_ONLY,
    "cart_remove": POST_ONLY,
    "order_list": SHOP,
    "order_export": SHOP,
    "order_create": [200, 302, 302, 403, 403, 403, 404, 404, 302],
    "order_addresses": SHOP,
    "order_detail": SHOP,
    "order_again": SHOP,
    "order_pdf": SHOP,
    "order_cancel": SHOP,
    "order_decide": POST_ONLY,
    "order_answer": POST_ONLY,
}

# What a POST with nothing in it answers: 200 a form with its errors, 302 done or led back, 404 not theirs.
POST = {
    "second_factor_rule": [302, 403, 403, 403, 403, 403, 404, 404, 302],
    "person_edit": MEMBER,
    "company_edit": ACCOUNT,
    "name_change": ACCOUNT,
    "name_change_withdraw": [302, 302, 403, 403, 403, 302, 404, 404, 302],
    "order_addresses": [302, 302, 302, 403, 403, 403, 404, 404, 302],
    "avv": HOLDER,
    "objection_create": HOLDER,
    "document_zip": [302, 302, 403, 403, 302, 403, 404, 404, 302],
    "holdings_paper": [302, 302, 403, 403, 302, 403, 404, 404, 302],
    "as_of_paper": [302, 302, 302, 302, 302, 302, 404, 404, 302],
    "access_proof": [302, 302, 403, 403, 403, 403, 404, 404, 302],
    "calendar_make": MEMBER,
    "calendar_end": [302, 302, 302, 302, 302, 302, 404, 404, 302],
    "people_list": [302, 302, 403, 403, 403, 403, 404, 404, 302],
    "invitation_create": ACCESS,
    "invitation_resend": [302, 302, 403, 403, 403, 403, 404, 404, 302],
    "membership_remove": [302, 302, 403, 403, 403, 403, 404, 404, 302],
    **dict.fromkeys(
        [
            "membership_suspend",
            "membership_resume",
            "membership_renew",
            "membership_friday",
            "request_undo",
            "takeover_withdraw",
            "review",
            "review_close",
            "review_keep",
        ],
        [302, 302, 403, 403, 403, 403, 404, 404, 302],
    ),
    **dict.fromkeys(["membership_edit", "takeover", "takeover_object", "request_answer"], ACCESS),
    **dict.fromkeys(["holder_name", "holder_end", "holder_main"], [302, 403, 403, 403, 403, 403, 404, 404, 302]),
    "role_hand_over": HOLDER,
    "access_request": [302, 302, 302, 302, 302, 302, 404, 404, 302],
    "support": MEMBER,
    "product_watch": [302, 302, 403, 302, 403, 403, 404, 404, 302],
    "installed_note": DOWNLOADS,
    "installed_remove": [302, 302, 403, 302, 403, 403, 404, 404, 302],
    "pass_create": DOWNLOADS,
    "pass_revoke": [302, 302, 403, 302, 403, 403, 404, 404, 302],
    "cart_add": [302, 302, 302, 403, 403, 403, 404, 404, 302],
    "maintenance_extend": [302, 302, 302, 403, 403, 403, 404, 404, 302],
    "cart_update": [422, 302, 302, 403, 403, 403, 404, 404, 302],
    "cart_remove": [302, 302, 302, 403, 403, 403, 404, 404, 302],
    "cart_confirm": [302, 302, 302, 403, 403, 403, 404, 404, 302],
    "quick_order": SHOP,
    "shopping_lists": SHOP,
    "list_add": [302, 302, 302, 403, 403, 403, 404, 404, 302],
    "list_update": [422, 302, 302, 403, 403, 403, 404, 404, 302],
    "list_delete": [302, 302, 302, 403, 403, 403, 404, 404, 302],
    "list_order": [302, 302, 302, 403, 403, 403, 404, 404, 302],
    "list_line": [302, 302, 302, 403, 403, 403, 404, 404, 302],
    "booking_rename": [302, 302, 302, 403, 403, 403, 404, 404, 302],
    "booking_release": [302, 302, 302, 403, 403, 403, 404, 404, 302],
    "order_create": SHOP,
    "order_again": [302, 302, 302, 403, 403, 403, 404, 404, 302],
    "order_cancel": [302, 302, 302, 403, 403, 403, 404, 404, 302],
    "order_decide": [302, 302, 403, 403, 403, 403, 404, 404, 302],
    "order_answer": [302, 302, 302, 403, 403, 403, 404, 404, 302],
}

# Outside a company: for anybody, or for everybody who is logged in.
PERSONAL = [200] * 8 + [302]
OUTSIDE = {
    "home": [302, 302, 302, 302, 302, 302, 200, 302, 302],
    "chooser": [200, 200, 200, 200, 200, 200, 200, 200, 302],
    # The invitation is for Nils: others are asked whether they are him.
    "invitation_accept": [200] * 8 + [302],
    "session_list": PERSONAL,
    "session_end": [405] * 8 + [302],
    "newsletter": PERSONAL,
    "sign_on_list": PERSONAL,
    "sign_on_end": [405] * 8 + [302],
    # Without the questions of a program nothing is told; nobody is asked for a code of another device.
    "authorization": [400] * 6 + [403, 400, 400],
    "device_code": [404] * 9,
    "my_data": PERSONAL,
    # The password is asked for again before the file is given, to its owner only, and before anything is deleted.
    "my_data_file": [302] * 9,
    "account_delete": [302] * 9,
    "account_keep": [405] * 8 + [302],
    # Who has the link needs no login.
    **dict.fromkeys(["email_undo", "newsletter_confirm", "newsletter_stop"], [200] * 9),
    # The link is the technician's key; the files need the code as well.
    "pass_open": [200] * 9,
    "pass_file": [302] * 9,
    "own_passes": [200] * 8 + [302],
    # The address is the key.
    "calendar_feed": [200] * 9,
    "authenticity": [200] * 9,
    "pass_resend": [405] * 8 + [302],
    "set_language": [405] * 9,
    "brand_css": [200] * 9,
    **dict.fromkeys(["health", "health_live", "health_ready"], [200] * 9),
    "metrics": [404] * 9,
    "demo_post": [200] * 9,
    "demo_mail": [404] * 9,
}


# Addresses that a library's own pages name by their namespace.
SPACES = {name: f"idp:oidc:{name}" for name in ("authorization", "device_code")}


@pytest.fixture
def client_of(request, as_):
    return lambda who: as_(None if who == "nobody" else request.getfixturevalue(who))


def address(world, name):
    arguments = dict(world.arguments.get(name, {}))
    if name not in OUTSIDE:
        arguments["number"] = world.company.number
    return reverse(SPACES.get(name, name), kwargs=arguments)


def answers(world, client_of, method, name):
    """The status each person of the cast gets."""
    return [getattr(client_of(who), method)(address(world, name)).status_code for who in PEOPLE]


@pytest.mark.parametrize("name", [*GET, *OUTSIDE])
def test_who_may_open(name, world, client_of):
    assert answers(world, client_of, "get", name) == {**GET, **OUTSIDE}[name]


@pytest.mark.parametrize("name", POST)
def test_who_may_send(name, world, client_of):
    """Each person finds the world as it was: what the one before did is rolled back."""
    got = []
    for who in PEOPLE:
        with transaction.atomic():
            got.append(client_of(who).post(address(world, name)).status_code)
            transaction.set_rollback(True)
    assert got == POST[name]


def test_the_table_names_every_address():
    names = {name for name, _route, _view in own_views()}
    assert names == set(GET) | set(OUTSIDE)


@pytest.mark.parametrize("name", GET)
def test_a_foreign_company_looks_like_none(name, world, as_, mallory):
    """Outsiders cannot tell a company that exists from one that does not (ASVS 8.2.2)."""
    here = address(world, name)
    nowhere = here.replace(f"/{world.company.number}/", "/99999/", 1)
    client = as_(mallory)
    there, missing = client.get(here), client.get(nowhere)
    assert there.status_code == missing.status_code
    assert without_address(there, here) == without_address(missing, nowhere)


def without_address(response, path):
    """A page without what each request has of its own: its address, for the change of language, and its token."""
    text = response.content.decode().replace(path, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


# Gone or foreign, it leads to the page it would stand on (test_gone).
LED_BACK = {"cart_update", "cart_remove", "shopping_list", "list_update", "list_delete", "list_order"}
FOREIGN = [
    "document_file",
    "release_file",
    "pass_detail",
    "pass_revoke",
    "order_detail",
    "order_again",
    "order_cancel",
    "cart_update",
    "cart_remove",
    "shopping_list",
    "list_update",
    "list_delete",
    "list_order",
    "booking_rename",
    "booking_release",
    "name_change_file",
    "name_change_withdraw",
]


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("method", ["get", "post"])
def test_ids_of_another_company_are_not_there(name, method, world, as_, elsewhere, mallory):
    """Edge 13: with every id of company B, company A's holder gets what a missing one gets; nothing of B changes."""
    make_theirs = furnish(elsewhere, mallory)
    arguments = {
        "document_file": make_theirs.document.pk,
        "release_file": "00000000-0000-4000-8000-000000000000",
        "pass_detail": make_theirs.given.pk,
        "pass_revoke": make_theirs.given.pk,
        "order_detail": make_theirs.order.pk,
        "order_again": make_theirs.order.pk,
        "order_cancel": make_theirs.order.pk,
        "cart_update": make_theirs.line.pk,
        "cart_remove": make_theirs.line.pk,
        "shopping_list": make_theirs.kept.pk,
        "list_update": make_theirs.kept.pk,
        "list_delete": make_theirs.kept.pk,
        "list_order": make_theirs.kept.pk,
        "booking_rename": make_theirs.booking.pk,
        "booking_release": make_theirs.booking.pk,
        "name_change_file": make_theirs.change.pk,
        "name_change_withdraw": make_theirs.change.pk,
    }
    olga = world.company.memberships.get(is_main_holder=True).user
    url = reverse(name, args=[world.company.number, arguments[name]])
    response = getattr(as_(olga), method)(url, {"quantity": 3})
    assert response.status_code in ({302, 405} if name in LED_BACK else {404, 405})
    make_theirs.order.refresh_from_db()
    assert make_theirs.order.state == "received"
    make_theirs.line.refresh_from_db()
    assert make_theirs.line.quantity == 2


@pytest.mark.parametrize("who", ["ben", "dora", "carla", "kim"])
def test_a_locked_tile_says_why_who_and_offers_to_ask(who, world, client_of):
    client = client_of(who)
    page = client.get(address(world, "people_list")).content.decode()
    assert "Zugänge verwalten" in page
    assert "Olga Oswald" in page
    assert "Zugriff anfragen" in page


def test_vendor_staff_are_nobody_in_the_portal(world, admin, as_):
    """Edge 45: is_staff opens no customer's page."""
    client = as_(admin)
    assert {client.get(address(world, name)).status_code for name in GET} <= {404, 405}


def test_a_blocked_company_is_closed_at_the_next_click(world, as_, client_of):
    client = client_of("olga")
    assert client.get(address(world, "start")).status_code == 200
    world.company.is_blocked = True
    world.company.save()
    response = client.get(address(world, "start"))
    assert response.status_code == 403
    assert "+49 89" in response.content.decode()


def test_a_right_that_is_taken_away_is_gone_at_the_next_click(world, ben, as_):
    client = as_(ben)
    assert client.get(address(world, "order_list")).status_code == 200
    ben.at[world.company.number].rights.all().delete()
    assert client.get(address(world, "order_list")).status_code == 403


def test_private_pages_are_not_stored_by_browsers_or_proxies(world, client_of):
    """Edge 16: after logging out, the back button shows nothing."""
    response = client_of("olga").get(address(world, "start"))
    assert "no-store" in response.headers["Cache-Control"]
