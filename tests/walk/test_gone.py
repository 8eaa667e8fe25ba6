"""What is gone by now - another device, a colleague - is said on the page it belongs to; foreign ids look the same."""

import uuid

import pytest
from allauth.idp.oidc.models import Client
from django.urls import reverse

from .stage import *  # noqa: F403 - the fixtures
from .world import furnish, of_access

MISSING = 2**31 - 1

# name -> (methods, the page it leads to, what stands there)
GONE = {
    "cart_update": (["post"], "cart_detail", "Diese Position liegt nicht mehr in Ihrem Warenkorb."),
    "cart_remove": (["post"], "cart_detail", "Diese Position liegt nicht mehr in Ihrem Warenkorb."),
    "shopping_list": (["get"], "shopping_lists", "Diese Liste gibt es nicht mehr."),
    "list_update": (["post"], "shopping_lists", "Diese Liste gibt es nicht mehr."),
    "list_delete": (["post"], "shopping_lists", "Diese Liste gibt es nicht mehr."),
    "list_order": (["post"], "shopping_lists", "Diese Liste gibt es nicht mehr."),
    **{
        name: (["post"], "people_list", "Diese Person hat hier keinen Zugang mehr.")
        for name in (
            "membership_suspend",
            "membership_resume",
            "membership_renew",
            "membership_friday",
            "invitation_resend",
            "holder_main",
        )
    },
    **{
        name: (["get", "post"], "people_list", "Diese Person hat hier keinen Zugang mehr.")
        for name in ("membership_edit", "membership_remove", "holder_name", "holder_end")
    },
    "request_answer": (["get", "post"], "people_list", "Diese Anfrage gibt es nicht mehr."),
    "takeover_object": (["post"], "takeover", "Diese Übernahme gibt es nicht mehr."),
    "takeover_withdraw": (["post"], "takeover", "Diese Übernahme gibt es nicht mehr."),
    "review_keep": (["post"], "review", "Diese Person gehört nicht mehr zur Prüfung."),
}
CASES = [(name, method) for name, (methods, _page, _said) in GONE.items() for method in methods]


@pytest.fixture
def foreign(elsewhere, mallory):
    """name -> an id that another company has."""
    theirs, person = furnish(elsewhere, mallory), mallory.at[elsewhere.number].pk
    of_lists = dict.fromkeys(["shopping_list", "list_update", "list_delete", "list_order"], theirs.kept.pk)
    of_cart = dict.fromkeys(["cart_update", "cart_remove"], theirs.line.pk)
    more = {name: row["pk"] for name, row in of_access(elsewhere, mallory.at[elsewhere.number]).items()}
    people = {name: person for name, (_m, page, _s) in GONE.items() if page == "people_list"}
    return {**people, **of_lists, **of_cart, **more}


@pytest.mark.parametrize("name, method", CASES)
def test_what_is_gone_is_said_where_it_would_stand(name, method, world, olga, as_, foreign):
    """For an id that never was, and the very same for one of another company."""
    _methods, page, said = GONE[name]
    number, missing = world.company.number, MISSING if isinstance(foreign[name], int) else uuid.uuid4()
    for pk in (missing, foreign[name]):
        client = as_(olga)
        answer = getattr(client, method)(reverse(name, args=[number, pk]), {"quantity": 3})
        assert answer.status_code == 302 and answer.url == reverse(page, args=[number])
        told = client.get(answer.url)
        assert told.status_code == 200 and said in told.content.decode()


def test_a_line_gone_from_a_list_leads_to_the_list(world, olga, as_):
    client, kept = as_(olga), olga.shopping_lists.get()
    url = reverse("list_line", args=[world.company.number, kept.pk, MISSING])
    page = client.post(url, {"quantity": 3}, follow=True)
    assert page.redirect_chain[-1][0] == reverse("shopping_list", args=[world.company.number, kept.pk])
    assert "Dieser Artikel steht nicht mehr auf der Liste." in page.content.decode()


def test_a_place_removed_twice_leads_to_the_product(world, olga, as_):
    place = world.company.installed_versions.get()
    args = [world.company.number, place.product.number, place.pk]
    client = as_(olga)
    client.post(reverse("installed_remove", args=args))
    page = client.post(reverse("installed_remove", args=args), follow=True)
    assert page.status_code == 200 and "Dieser Ort steht nicht mehr in der Liste." in page.content.decode()


@pytest.mark.parametrize("pk", [MISSING, "foreign"])
def test_a_program_that_was_ended_on_another_device(pk, olga, ben, as_):
    client = Client.objects.get_or_create(id="homecase", name="HOMECASE")[0]
    if pk == "foreign":
        pk = ben.sign_on_consents.create(client=client, scopes="openid").pk
    page = as_(olga).post(reverse("sign_on_end", args=[pk]), follow=True)
    assert page.redirect_chain == [(reverse("sign_on_list"), 302)]
    assert "Dieses Programm ist nicht mehr verbunden." in page.content.decode()
