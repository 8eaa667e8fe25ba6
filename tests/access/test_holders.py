"""Licence holders: another one, the end of the role, handing it over, taking it over."""

import datetime as dt

import pytest
from django.contrib import admin as site
from django.core import mail
from django.test import RequestFactory
from django.urls import reverse

from access.acting import AccessRefused, Actor
from access.admin import TakeOverAdmin
from access.holders import COLLEAGUE, DEPUTY, LEAVING, hand_over, name_holder
from access.models import Membership, TakeOver
from access.rights import Right
from access.takeovers import decline, release
from tests import factories as make

PAGE = "/kunde/12345/zugaenge/"
pytestmark = pytest.mark.django_db


def member(person):
    return Membership.objects.get(user=person, company__number="12345")


def holders(company):
    return {row.user for row in company.memberships.filter(is_holder=True)}


def readers():
    return {reader for message in mail.outbox for reader in message.to}


def test_a_holder_names_another_who_may_do_everything(acme, olga, ben, as_):
    client = as_(olga)
    url = f"{PAGE}{member(ben).pk}/lizenzinhaber/"
    assert "Rolle Lizenzinhaber/in geben" in client.get(url).content.decode() and holders(acme) == {olga}, "asks"
    client.post(url)
    assert holders(acme) == {olga, ben}
    assert as_(ben).get(PAGE).status_code == 200
    assert readers() == {ben.email}


def test_the_end_date_of_a_new_holder_is_gone(olga, ben):
    Membership.objects.filter(user=ben).update(ends_on=dt.date(2099, 1, 1))
    name_holder(Actor.member(member(olga)), member(ben))
    assert member(ben).ends_on is None


@pytest.mark.parametrize("state", ["invited", "expired", "suspended"])
def test_who_is_not_in_cannot_become_holder(acme, olga, ben, state):
    closed = {
        "invited": {"accepted_at": None},
        "expired": {"ends_on": dt.date(2020, 1, 1)},
        "suspended": {"suspended_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)},
    }
    Membership.objects.filter(user=ben).update(**closed[state])
    with pytest.raises(AccessRefused):
        name_holder(Actor.member(member(olga)), member(ben))
    assert holders(acme) == {olga}


def test_a_deputy_names_no_holder(acme, olga, deniz, ben, as_):
    assert as_(deniz).post(f"{PAGE}{member(ben).pk}/lizenzinhaber/").status_code == 403
    with pytest.raises(AccessRefused):
        name_holder(Actor.member(member(deniz)), member(ben))
    assert holders(acme) == {olga}


def test_the_role_of_another_holder_ends_without_permissions_left(acme, olga, ben, as_):
    name_holder(Actor.member(member(olga)), member(ben))
    as_(ben).post(f"{PAGE}{member(olga).pk}/lizenzinhaber-beenden/")
    assert holders(acme) == {ben}
    assert member(ben).is_main_holder, "the customer number goes on leading to a holder"
    assert member(olga).granted == set() and olga.email in readers()


def test_nobody_ends_the_last_role(acme, olga, as_):
    as_(olga).post(f"{PAGE}{member(olga).pk}/lizenzinhaber-beenden/")
    assert holders(acme) == {olga}


def test_the_main_role_moves(acme, olga, ben, as_):
    name_holder(Actor.member(member(olga)), member(ben))
    as_(olga).post(f"{PAGE}{member(ben).pk}/hauptlizenzinhaber/")
    assert member(ben).is_main_holder and not member(olga).is_main_holder and member(olga).is_holder


@pytest.mark.parametrize("stay, left", [(DEPUTY, set(Right)), (COLLEAGUE, set()), (LEAVING, None)])
def test_handing_the_role_over(acme, olga, ben, as_, stay, left):
    """Edge 23."""
    data = {"person": member(ben).pk, "stay": stay, "sure": "on"}
    as_(olga).post(f"{PAGE}rolle-uebergeben/", data)
    assert holders(acme) == {ben} and member(ben).is_main_holder
    if left is None:
        assert not acme.memberships.filter(user=olga).exists()
    else:
        assert member(olga).granted == left


def test_handing_over_asks_to_be_sure_and_keeps_what_was_chosen(acme, olga, ben, as_):
    page = as_(olga).post(f"{PAGE}rolle-uebergeben/", {"person": member(ben).pk, "stay": LEAVING})
    assert 'id="id_sure_error"' in page.content.decode() and holders(acme) == {olga}


def test_the_role_goes_to_nobody_elsewhere(acme, olga, ben, mallory, as_):
    data = {"person": mallory.at["66666"].pk, "stay": LEAVING, "sure": "on"}
    assert "id_person_error" in as_(olga).post(f"{PAGE}rolle-uebergeben/", data).content.decode()
    assert holders(acme) == {olga}


def test_handing_over_to_oneself_changes_nothing(acme, olga):
    with pytest.raises(AccessRefused):
        hand_over(Actor.member(member(olga)), member(olga), LEAVING)
    assert holders(acme) == {olga}


# --- Taking over ---


def start(client, person, reason="Ist Ende Oktober ausgeschieden."):
    return client.post(f"{PAGE}uebernahme/", {"person": member(person).pk, "reason": reason}, follow=True)


def over(takeover):
    TakeOver.objects.filter(pk=takeover.pk).update(objection_until=dt.date(2026, 1, 1))
    return TakeOver.objects.get(pk=takeover.pk)


def test_a_deputy_starts_it_and_everybody_concerned_is_told(acme, olga, deniz, ben, as_):
    page = start(as_(deniz), deniz).content.decode()
    takeover = TakeOver.objects.get()
    assert "Widerspruch bis" in page and takeover.state == "waiting"
    assert readers() == {olga.email, deniz.email, acme.email, "info@domus-software.de"}
    assert all("ausgeschieden" in message.body for message in mail.outbox)
    assert "Übernahme der Rolle läuft" in as_(olga).get("/kunde/12345/").content.decode()


def test_it_is_released_after_the_waiting_period_only(acme, olga, deniz, admin, as_):
    start(as_(deniz), deniz)
    takeover = TakeOver.objects.get()
    with pytest.raises(AccessRefused):
        release(Actor.staff(admin, acme.pk), takeover)
    assert holders(acme) == {olga}
    release(Actor.staff(admin, acme.pk), over(takeover))
    assert holders(acme) == {olga, deniz} and member(deniz).is_main_holder
    event = acme.access_events.filter(kind="takeover_released").get()
    assert event.actor_kind == "staff" and event.actor_id == admin.pk


def test_the_holder_objects_and_nothing_changes(acme, olga, deniz, admin, as_):
    start(as_(deniz), deniz)
    takeover = TakeOver.objects.get()
    url = reverse("takeover_object", args=["12345", takeover.pk])
    assert "id_objection-word_error" in as_(olga).post(url).content.decode(), "with a reason"
    as_(olga).post(url, {"objection-word": "Ich bin noch da."})
    assert TakeOver.objects.get().state == "objected"
    with pytest.raises(AccessRefused):
        release(Actor.staff(admin, acme.pk), over(takeover))
    assert holders(acme) == {olga}
    decline(Actor.staff(admin, acme.pk), takeover, "Mit der Firma geklärt.")
    assert TakeOver.objects.get().state == "declined"


def test_who_would_gain_does_not_object_and_a_stranger_finds_nothing(deniz, ben, mallory, as_):
    start(as_(deniz), deniz)
    url = reverse("takeover_object", args=["12345", TakeOver.objects.get().pk])
    as_(deniz).post(url, {"objection-word": "…"})
    assert as_(mallory).post(url, {"objection-word": "…"}).status_code == 404
    answer = as_(mallory).post(url.replace("12345", "66666"), {"objection-word": "…"})
    assert answer.url == reverse("takeover", args=["66666"]), "as for one that never was"
    assert TakeOver.objects.get().state == "waiting"


def test_whoever_started_it_takes_it_back(deniz, as_):
    start(as_(deniz), deniz)
    as_(deniz).post(reverse("takeover_withdraw", args=["12345", TakeOver.objects.get().pk]))
    assert TakeOver.objects.get().state == "withdrawn"


def test_there_is_one_at_a_time(deniz, ben, as_):
    start(as_(deniz), deniz)
    start(as_(deniz), ben)
    assert TakeOver.objects.count() == 1


def test_a_holder_needs_none(olga, ben, as_):
    page = as_(olga).post(f"{PAGE}uebernahme/", {"person": member(ben).pk, "reason": "…"}).content.decode()
    assert "Sie haben die Rolle selbst" in page and not TakeOver.objects.exists()


def test_who_lost_access_meanwhile_is_not_released(acme, olga, deniz, admin, as_):
    start(as_(deniz), deniz)
    member(deniz).delete()
    with pytest.raises(AccessRefused):
        release(Actor.staff(admin, acme.pk), over(TakeOver.objects.get()))
    assert holders(acme) == {olga}


def test_without_a_deputy_the_vendor_starts_and_releases_it_in_the_admin(acme, olga, ben, admin, as_):
    client = as_(admin)
    data = {"membership": member(ben).pk, "reason": "Anruf der Geschäftsführung."}
    assert client.post("/admin/access/takeover/add/", data).status_code == 302
    takeover = TakeOver.objects.get()
    assert takeover.started_by == admin and takeover.membership == member(ben)
    over(takeover)
    client.post("/admin/access/takeover/", {"action": "release", "_selected_action": [takeover.pk]})
    assert holders(acme) == {olga, ben}
    assert client.get(f"/admin/access/takeover/{takeover.pk}/change/").status_code == 200


def test_staff_see_which_take_overs_may_be_released(acme, ben, admin):
    takeover = acme.takeovers.create(membership=member(ben), objection_until=dt.date(2026, 1, 1), reason="…")
    shown = TakeOverAdmin(TakeOver, site.site).get_queryset(RequestFactory().get("/")).get()
    assert shown == takeover and shown.may_be_released


def test_a_company_s_main_holder_after_a_release_is_one(acme, olga, deniz, admin, as_):
    make.MembershipFactory(company=acme, is_holder=True)
    start(as_(deniz), deniz)
    release(Actor.staff(admin, acme.pk), over(TakeOver.objects.get()))
    assert acme.memberships.filter(is_main_holder=True).get().user == deniz
