"""The page of authorised people: who sees it, what its switches save, and what it refuses."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from access.acting import AccessRefused, Actor
from access.models import Membership, MembershipRight
from access.rights import Right
from access.switches import Wish, save_switches
from tests import factories as make

PAGE = "/kunde/12345/zugaenge/"
pytestmark = pytest.mark.django_db


def member(person, number="12345"):
    return Membership.objects.get(user=person, company__number=number)


def rights(person):
    return set(member(person).granted)


def fields(page):
    """What a browser would send of the page: hidden rows and switches that are on and not disabled."""
    html = page.content.decode()
    data = {"row": re.findall(r'name="row" value="([^"]+)"', html)}
    for box in re.findall(r'<input\s+type="checkbox" role="switch"[^>]*>', html):
        if " checked" in box and " disabled" not in box:
            data[re.search(r'name="([^"]+)"', box).group(1)] = "1"
    return data


def switch(person, right):
    return f"right-{member(person).pk}-{right}"


def save(client, data, **turned):
    return client.post(PAGE, data, follow=True, **turned)


def test_a_switch_is_stored_said_and_mailed(olga, ben, as_):
    client = as_(olga)
    data = fields(client.get(PAGE))
    data[switch(ben, Right.DOWNLOADS)] = "1"
    del data[switch(ben, Right.SHOP)]
    page = save(client, data).content.decode()
    assert rights(ben) == {Right.DOWNLOADS}
    assert "Ben Bauer: Downloads freigeschaltet; Shop &amp; Bestellungen entzogen." in page
    (message,) = mail.outbox
    assert message.to == [ben.email] and "Olga Oswald" in message.body and "Downloads" in message.body


def test_every_switch_is_a_checkbox_named_for_right_and_person(olga, ben, as_):
    """Edge 86."""
    html = as_(olga).get(PAGE).content.decode()
    boxes = re.findall(r'<input\s+type="checkbox" role="switch"[^>]*>', html)
    names = {re.search('aria-label="([^"]+)"', box).group(1) for box in boxes}
    assert len(boxes) == len(names) == 5
    assert "Downloads: Ben Bauer" in names


def test_a_licence_holder_stands_on_the_page_without_switches(olga, ben, as_):
    html = as_(olga).get(PAGE).content.decode()
    assert "Olga Oswald" in html
    assert switch(olga, Right.SHOP) not in html


def test_nothing_changed_saves_nothing_and_mails_nobody(olga, ben, as_):
    client = as_(olga)
    before = member(ben).version
    save(client, fields(client.get(PAGE)))
    assert member(ben).version == before and mail.outbox == []


@pytest.mark.parametrize("right", [Right.CONTRACTS, Right.ACCOUNT])
def test_the_vendor_s_recommendation_is_confirmed_first(olga, ben, as_, right):
    client = as_(olga)
    data = fields(client.get(PAGE)) | {switch(ben, right): "1"}
    page = client.post(PAGE, data)
    assert page.status_code == 200 and rights(ben) == {Right.SHOP}
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', page.content.decode()))
    rows = re.findall(r'name="row" value="([^"]+)"', page.content.decode())
    client.post(PAGE, again | {"row": rows})
    assert rights(ben) == {Right.SHOP, right}


def test_an_address_of_one_switch_shows_that_person(olga, ben, dora, as_):
    html = as_(olga).get(f"{PAGE}?person={member(ben).pk}").content.decode()
    assert f'id="switch-{member(ben).pk}-use_shop"' in html
    assert "Dora Dietz" not in html


# --- Who may switch what ---


@pytest.mark.parametrize("who", ["ben", "dora", "carla", "kim"])
def test_only_who_may_manage_access_opens_the_page(request, who, olga, deniz, as_):
    page = as_(request.getfixturevalue(who)).get(PAGE)
    assert page.status_code == 403
    assert "Olga Oswald" in page.content.decode() and "Deniz Demir" not in page.content.decode(), (
        "deputies make no deputies"
    )
    assert as_(deniz).get(PAGE).status_code == 200


@pytest.mark.parametrize("who", ["mallory", "nils", "admin"])
def test_outsiders_and_staff_find_no_page(request, who, olga, as_):
    """Edge 45: is_staff gives nothing in the portal."""
    client = as_(request.getfixturevalue(who))
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {"row": []}).status_code == 404


def forged(person, *on, version=None):
    row = member(person)
    return {"row": f"{row.pk}:{version or row.version}:", **{f"right-{row.pk}-{right}": "1" for right in on}}


def test_nobody_switches_their_own(deniz, olga, as_):
    """Edge 37."""
    Membership.objects.get(user=deniz).rights.filter(permission__codename=Right.SHOP).delete()
    assert as_(deniz).post(PAGE, forged(deniz, Right.SHOP)).status_code == 403
    assert Right.SHOP not in rights(deniz)


def test_a_deputy_makes_no_deputy(deniz, ben, as_):
    """Edge 37."""
    assert as_(deniz).post(PAGE, forged(ben, Right.ACCESS)).status_code == 403
    assert rights(ben) == {Right.SHOP}


def test_a_deputy_grants_only_what_they_hold(deniz, dora, as_):
    """Edge 37."""
    member(deniz).rights.filter(permission__codename=Right.SHOP).delete()
    assert as_(deniz).post(PAGE, forged(dora, Right.SHOP)).status_code == 403
    assert rights(dora) == {Right.DOWNLOADS}


def test_what_a_deputy_may_not_turn_stays_as_it_is(deniz, ben, as_):
    """A disabled switch is not sent by the browser, and that is not a wish to turn it off."""
    member(deniz).rights.filter(permission__codename=Right.SHOP).delete()
    client = as_(deniz)
    data = fields(client.get(PAGE))
    assert switch(ben, Right.SHOP) not in data
    save(client, data | {switch(ben, Right.DOWNLOADS): "1"})
    assert rights(ben) == {Right.SHOP, Right.DOWNLOADS}


def test_a_deputy_does_not_touch_a_licence_holder(deniz, olga, acme, as_):
    assert as_(deniz).post(PAGE, forged(olga, Right.SHOP)).status_code == 403
    assert as_(deniz).post(f"{PAGE}{member(olga).pk}/entfernen/").status_code == 302
    assert member(olga).is_holder


def test_an_unknown_permission_changes_nothing(olga, ben, as_):
    pk = member(ben).pk
    for data in (
        {"row": f"{pk}:1:", f"right-{pk}-add_membership": "1"},
        {"row": f"{pk}:1:is_superuser"},
        {f"right-{pk}-use_downloads": "1"},
        {"row": "x"},
        {"row": f"{10**30}:1:"},
        {"row": f"{pk}:one:"},
    ):
        assert as_(olga).post(PAGE, data).status_code == 400, data
    assert rights(ben) == {Right.SHOP}


def test_another_company_s_person_is_out_of_reach(olga, mallory, elsewhere, as_):
    """Edge 13."""
    stranger = make.MembershipFactory(company=elsewhere, rights=[Right.SHOP])
    data = {"row": f"{stranger.pk}:1:", f"right-{stranger.pk}-use_downloads": "1"}
    assert as_(olga).post(PAGE, data).status_code == 404
    assert as_(olga).post(f"{PAGE}{stranger.pk}/entfernen/").url == PAGE
    stranger.forget_granted()
    assert stranger.granted == {Right.SHOP}


def test_one_refused_switch_stops_all_of_the_page(deniz, ben, dora, as_):
    """Edge 42: all or nothing."""
    data = {
        "row": [f"{member(person).pk}:1:{','.join(rights(person))}" for person in (ben, dora)],
        switch(ben, Right.SHOP): "1",
        switch(ben, Right.DOWNLOADS): "1",
        switch(dora, Right.DOWNLOADS): "1",
        switch(dora, Right.ACCESS): "1",
    }
    assert as_(deniz).post(PAGE, data).status_code == 403
    assert rights(ben) == {Right.SHOP} and rights(dora) == {Right.DOWNLOADS}
    assert mail.outbox == []


# --- Two people at once ---


def test_a_stale_row_is_not_overwritten_and_both_states_are_shown(olga, deniz, ben, dora, as_):
    """Edge 42."""
    first, second = as_(olga), as_(deniz)
    mine, theirs = fields(first.get(PAGE)), fields(second.get(PAGE))
    save(second, theirs | {switch(ben, Right.DOWNLOADS): "1"})
    del mine[switch(ben, Right.SHOP)]
    page = first.post(PAGE, mine | {switch(dora, Right.SHOP): "1"})
    assert page.status_code == 409
    assert rights(ben) == {Right.SHOP, Right.DOWNLOADS} and rights(dora) == {Right.DOWNLOADS}
    html = page.content.decode()
    said = " ".join(html.split())
    assert "Shop &amp; Bestellungen: gespeichert ist: an, auf dieser Seite: aus" in said
    # Only what differs: what this page takes over is no difference.
    assert said.count("gespeichert ist") == 1 and "Downloads: inzwischen freigeschaltet" in said
    # What was switched is kept, what the other one did is not undone by saving again.
    save(first, fields(page))
    assert rights(ben) == {Right.DOWNLOADS} and rights(dora) == {Right.DOWNLOADS, Right.SHOP}


def test_a_row_that_was_left_alone_is_no_conflict(olga, deniz, ben, dora, as_):
    first, second = as_(olga), as_(deniz)
    mine, theirs = fields(first.get(PAGE)), fields(second.get(PAGE))
    save(second, theirs | {switch(ben, Right.DOWNLOADS): "1"})
    save(first, mine | {switch(dora, Right.SHOP): "1"})
    assert rights(ben) == {Right.SHOP, Right.DOWNLOADS} and rights(dora) == {Right.DOWNLOADS, Right.SHOP}


def test_who_lost_the_right_meanwhile_saves_nothing(olga, deniz, ben, as_):
    """The right is read again under the lock, not taken from the page's own start."""
    acting = member(deniz)
    assert acting.may(Right.ACCESS)
    member(deniz).rights.all().delete()
    with pytest.raises(AccessRefused):
        save_switches(Actor.member(acting), {member(ben).pk: Wish(1, on=frozenset({Right.DOWNLOADS}))})
    assert rights(ben) == {Right.SHOP}


# --- Size ---


def crowd(company, count):
    for number in range(count):
        user = make.UserFactory(first_name=f"Person{number:03}", email=f"p{number}@crowd.example")
        make.MembershipFactory(company=company, user=user, rights=[Right.SHOP, Right.DOWNLOADS])


@pytest.mark.parametrize("count", [5, 200])
def test_the_page_costs_the_same_for_five_and_two_hundred(acme, olga, as_, count, django_assert_max_num_queries):
    crowd(acme, count)
    client = as_(olga)
    client.get(PAGE)
    with django_assert_max_num_queries(8):
        page = client.get(PAGE)
        assert page.status_code == 200
    assert len(page.content) < 100_000


def test_everybody_of_two_hundred_is_found(acme, olga, as_):
    crowd(acme, 60)
    assert "Person059" in as_(olga).get(f"{PAGE}?q=person059").content.decode()
    assert "Person059" not in as_(olga).get(f"{PAGE}?state=invited").content.decode()


def test_saving_the_second_page_keeps_it(acme, olga, as_):
    crowd(acme, 60)
    client = as_(olga)
    page = client.get(f"{PAGE}?page=2")
    data = fields(page)
    name = next(name for name in data if name.endswith("use_shop"))
    del data[name]
    answer = client.post(f"{PAGE}?page=2", data)
    assert answer["Location"] == f"{PAGE}?page=2"
    pk = int(name.split("-")[1])
    assert Membership.objects.get(pk=pk).granted == {Right.DOWNLOADS}


# --- Removing ---


def test_removing_ends_access_at_once_and_is_mailed(olga, ben, dora, as_):
    session = as_(ben)
    assert session.get("/kunde/12345/").status_code == 200
    client = as_(olga)
    url = f"{PAGE}{member(ben).pk}/entfernen/"
    assert "Ben Bauer" in client.get(url).content.decode() and member(ben), "asks once"
    client.post(url)
    assert session.get("/kunde/12345/").status_code == 404
    assert not MembershipRight.objects.filter(user=ben).exists()
    assert [message.to for message in mail.outbox] == [[ben.email]]


def test_orders_keep_the_name_of_who_left(olga, ben, acme, as_):
    """Edge 44."""
    order = make.OrderFactory(company=acme, ordered_by=ben)
    as_(olga).post(f"{PAGE}{member(ben).pk}/entfernen/")
    order.refresh_from_db()
    assert order.orderer_name == "Ben Bauer"


def test_who_comes_back_starts_with_nothing(olga, ben, acme, as_):
    """Edge 40."""
    as_(olga).post(f"{PAGE}{member(ben).pk}/entfernen/")
    back = make.MembershipFactory(company=acme, user=ben)
    assert back.granted == set()


def test_the_last_licence_holder_stays(olga, deniz, as_):
    """Edge 36."""
    client = as_(olga)
    url = f"{PAGE}{member(olga).pk}/entfernen/"
    assert "mindestens" in client.get(url).content.decode()
    client.post(url)
    assert member(olga)


def test_nobody_removes_themselves(olga, acme, as_):
    make.MembershipFactory(company=acme, is_holder=True)
    as_(olga).post(f"{PAGE}{member(olga).pk}/entfernen/")
    assert member(olga)


def test_the_customer_number_goes_on_leading_to_a_holder(olga, acme, as_):
    second = make.MembershipFactory(company=acme, is_holder=True)
    as_(second.user).post(f"{PAGE}{member(olga).pk}/entfernen/")
    second.refresh_from_db()
    assert second.is_main_holder


# --- Asking ---


def ask(client, right):
    return client.post(reverse("access_request", args=["12345", right]), follow=True)


def test_asking_mails_those_who_can_grant_with_the_address_of_the_switch(olga, deniz, dora, as_):
    member(deniz).rights.filter(permission__codename=Right.SHOP).delete()
    client = as_(dora)
    assert (
        reverse("access_request", args=["12345", "use_shop"])
        in client.get("/kunde/12345/bestellungen/").content.decode()
    )
    ask(client, "use_shop")
    (message,) = mail.outbox
    pk = member(dora).pk
    assert message.to == [olga.email], "a deputy without the right cannot give it"
    assert f"http://localhost:8000{PAGE}?person={pk}#switch-{pk}-use_shop" in message.body
    assert "angefragt" in as_(olga).get(PAGE).content.decode()


def test_asking_again_says_when_and_mails_nobody(olga, dora, as_):
    client = as_(dora)
    ask(client, "use_shop")
    page = ask(client, "use_shop").content.decode()
    assert "bereits am" in page
    assert len(mail.outbox) == 1


def test_granting_answers_the_request(olga, dora, as_):
    ask(as_(dora), "use_shop")
    client = as_(olga)
    save(client, fields(client.get(PAGE)) | {switch(dora, Right.SHOP): "1"})
    asked = member(dora).requests.get()
    assert asked.is_granted and asked.answered_by == olga


def test_an_unknown_right_cannot_be_asked_for(dora, as_):
    assert ask(as_(dora), "is_superuser").status_code == 404


def test_among_three_holders_the_main_role_goes_to_the_longest(acme, olga, as_):
    """The customer number always leads to somebody."""
    second, third = (make.MembershipFactory(company=acme, is_holder=True) for _one in range(2))
    as_(third.user).post(reverse("membership_remove", args=[acme.number, olga.at[acme.number].pk]))
    assert list(acme.memberships.filter(is_main_holder=True)) == [second]


def test_a_login_that_several_use_is_led_to_one_for_each(acme, olga, as_):
    """Edge 5: the holder's name DOMUS_<number> is easily shared; the page says what helps."""
    client = as_(olga)
    assert "Nur Sie bisher" in client.get("/kunde/12345/").content.decode()
    assert "Nutzen mehrere Personen diese Anmeldung?" in client.get("/kunde/12345/zugaenge/").content.decode()
    make.MembershipFactory(company=acme)
    assert "Nutzen mehrere" not in client.get("/kunde/12345/zugaenge/").content.decode()
