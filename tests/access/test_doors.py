"""Several doors to one membership - page, admin, import, worker: each pair, in both orders of arrival."""

import datetime as dt

import pytest
from django.core import mail
from django.utils import timezone

from access import tasks
from access.acting import AccessRefused, Actor, SavedMeanwhile
from access.ending import remove, suspend
from access.models import Membership
from access.rights import Right
from access.switches import Wish, save_switches
from access.terms import renew, set_terms
from portal.erp import import_export
from portal.lib.days import today
from tests import factories as make
from tests.admin_pages import address, form_of, without

pytestmark = pytest.mark.django_db


def day(count):
    return today() + dt.timedelta(days=count)


HEAD = "KdNr;Anrede;Vorname;Nachname;EMail;Telefon;Rechte;GueltigBis\n"


def member(person):
    return Membership.objects.select_related("company", "user").get(user=person, company__number="12345")


@pytest.fixture
def says(tmp_path, ben):
    """says(phone=…, rights=…, until=…): the ERP's export of Ben, imported."""

    def says(phone="", rights="SHOP", until=""):
        row = f"12345;Herr;Ben;Bauer;{ben.email};{phone};{rights};{until}\n"
        (tmp_path / "personen.csv").write_text(HEAD + row, encoding="cp1252")
        (result,) = import_export(tmp_path)
        assert not result.refused and not result.error

    says()
    return says


@pytest.fixture
def olgas(olga):
    return Actor.member(member(olga))


def page_wish(person):
    """What a page drawn now would send back, with Downloads switched on."""
    row = member(person)
    return {row.pk: Wish(row.version, frozenset(row.granted), on=frozenset({Right.DOWNLOADS}))}


def drawn(client, row):
    return address(row), form_of(client.get(address(row)))


# --- page and admin ---


def test_what_the_customer_closed_is_not_opened_by_a_stale_page_of_staff(olgas, ben, admin, as_):
    client = as_(admin)
    url, sent = drawn(client, member(ben))
    suspend(olgas, member(ben))
    row = member(ben)
    save_switches(olgas, {row.pk: Wish(row.version, frozenset({Right.SHOP}), off=frozenset({Right.SHOP}))})
    page = client.post(url, sent | {"function": "Buchhaltung"})
    said = page.content.decode()
    assert page.status_code == 200 and "Gespeichert ist jetzt: ja" in said and "Gespeichert ist jetzt: –" in said
    assert said.count("Gespeichert ist jetzt") == 2 * 3, "above and beside the field: function, switches, suspension"
    row = member(ben)
    assert row.suspended_at and not row.granted and row.function == ""
    # Who has compared may save all the same.
    assert client.post(url, form_of(page)).status_code == 302
    assert member(ben).function == "Buchhaltung" and not member(ben).suspended_at


def test_what_staff_changed_is_not_overwritten_by_a_stale_page_of_the_customer(olgas, ben, admin, as_):
    wish = page_wish(ben)
    client = as_(admin)
    url, sent = drawn(client, member(ben))
    assert client.post(url, sent | {"switches": [Right.CONTRACTS]}).status_code == 302
    with pytest.raises(SavedMeanwhile):
        save_switches(olgas, wish)
    with pytest.raises(SavedMeanwhile):
        set_terms(olgas, member(ben), version=1, function="Einkauf")
    assert member(ben).granted == {Right.CONTRACTS}


def test_who_was_removed_by_the_customer_is_told_to_staff(olgas, ben, admin, as_):
    client = as_(admin)
    url, sent = drawn(client, member(ben))
    remove(olgas, member(ben))
    assert client.post(url, sent, follow=True).status_code == 200
    assert not Membership.objects.filter(user=ben).exists()


def test_who_was_removed_by_staff_is_gone_for_the_customer(olgas, ben, admin, as_):
    wish = page_wish(ben)
    as_(admin).post(address(member(ben), "delete"), {"post": "yes"})
    with pytest.raises(AccessRefused):
        save_switches(olgas, wish)


def test_staff_suspend_as_the_customer_does(acme, olgas, dora, admin, as_):
    """Passes and invitations end, the person is told, the log has the vendor."""
    invited = make.MembershipFactory(company=acme, accepted_at=None)
    from access.models import Invitation

    invitation, _token = Invitation.issue(invited, by=dora)
    given = make.PassFactory(company=acme, release=make.ReleaseFactory(), given_by=dora)
    client = as_(admin)
    url, sent = drawn(client, member(dora))
    assert client.post(url, sent | {"is_suspended": "on"}).status_code == 302
    given.refresh_from_db()
    invitation.refresh_from_db()
    assert given.revoked_at and not invitation.is_usable and member(dora).suspended_at
    (told,) = mail.outbox
    assert told.to == [dora.email] and "DOMUS Software GmbH" in told.body and "Admin" not in told.body
    assert acme.access_events.filter(kind="suspended", actor_kind="staff", actor=admin.pk).exists()


# --- page and import ---


def test_the_import_brings_nobody_back(olgas, ben, says):
    remove(olgas, member(ben))
    says(phone="0351 99")
    assert not Membership.objects.filter(user=ben).exists()
    says(phone="0351 99", rights="SHOP,DOWNLOAD", until="31.12.2099")
    assert not Membership.objects.filter(user=ben).exists()


def test_nor_is_an_account_made_for_somebody_who_is_gone(olgas, ben, says):
    remove(olgas, member(ben))
    email = ben.email
    type(ben).objects.filter(pk=ben.pk).update(email=None)
    says(phone="0351 99")
    assert not type(ben).objects.filter(email=email).exists()


def test_whom_the_import_changed_is_removed_all_the_same(olgas, ben, says):
    says(phone="0351 99", rights="SHOP,DOWNLOAD")
    remove(olgas, member(ben))
    assert not Membership.objects.filter(user=ben).exists()


def test_the_customers_page_is_stale_after_the_import_and_not_by_a_phone_number(olgas, ben, says):
    wish, version = page_wish(ben), member(ben).version
    says(phone="0351 99")
    assert member(ben).version == version
    save_switches(olgas, wish)
    wish = page_wish(ben)
    says(phone="0351 99", rights="SHOP,VERTRAG")
    with pytest.raises(SavedMeanwhile):
        save_switches(olgas, {pk: Wish(one.version, one.was, off=frozenset({Right.SHOP})) for pk, one in wish.items()})
    assert member(ben).granted == {Right.SHOP, Right.CONTRACTS}


# --- page and worker ---


def test_what_was_renewed_does_not_expire(olgas, ben):
    Membership.objects.filter(user=ben).update(ends_on=day(-1))
    renew(olgas, member(ben))
    tasks.run()
    assert member(ben).expired_for is None and member(ben).is_open


def test_what_has_expired_can_be_renewed(olgas, ben):
    Membership.objects.filter(user=ben).update(ends_on=day(-1))
    tasks.run()
    assert not member(ben).is_open
    renew(olgas, member(ben))
    tasks.run()
    assert member(ben).is_open


def test_a_right_that_ran_out_under_an_open_page_is_not_switched_on_again(olgas, ben):
    member(ben).rights.update(ends_on=today())
    wish = page_wish(ben)
    member(ben).rights.update(ends_on=day(-1))
    tasks.run()
    with pytest.raises(SavedMeanwhile):
        save_switches(olgas, wish)
    assert member(ben).granted == set()


# --- admin and import ---


def test_switches_of_staff_stay_until_the_erp_says_something_else(ben, admin, as_, says):
    client = as_(admin)
    url, sent = drawn(client, member(ben))
    client.post(url, sent | {"switches": [Right.CONTRACTS], "ends_on": day(90).isoformat()})
    says(phone="0351 99")
    assert member(ben).granted == {Right.CONTRACTS} and member(ben).ends_on == day(90)


def test_a_page_of_staff_is_stale_after_the_import(ben, admin, as_, says):
    client = as_(admin)
    url, sent = drawn(client, member(ben))
    says(rights="SHOP,VERTRAG")
    assert client.post(url, sent | {"function": "Einkauf"}).status_code == 200
    assert member(ben).granted == {Right.SHOP, Right.CONTRACTS} and member(ben).function == ""


# --- admin and worker ---


def test_what_staff_renewed_does_not_expire_and_what_has_expired_they_can_renew(ben, admin, as_):
    client = as_(admin)
    for runs_before in (False, True):
        Membership.objects.filter(user=ben).update(ends_on=day(-1), expired_for=None)
        if runs_before:
            tasks.run()
        url, sent = drawn(client, member(ben))
        assert client.post(url, sent | {"ends_on": day(30).isoformat()}).status_code == 302
        tasks.run()
        assert member(ben).is_open and member(ben).ends_on == day(30)


def test_a_page_of_staff_is_stale_after_the_worker(ben, admin, as_):
    member(ben).rights.update(ends_on=today())
    client = as_(admin)
    url, sent = drawn(client, member(ben))
    member(ben).rights.update(ends_on=day(-1))
    tasks.run()
    assert client.post(url, sent).status_code == 200
    assert member(ben).granted == set()


# --- import and worker ---


@pytest.mark.parametrize("runs_before", [False, True])
def test_whom_the_erp_lets_in_for_longer_is_in(ben, says, runs_before):
    says(until=f"{day(-1):%d.%m.%Y}")
    if runs_before:
        tasks.run()
        assert member(ben).expired_for
    says(until=f"{day(30):%d.%m.%Y}")
    tasks.run()
    assert member(ben).is_open


# --- roles, by staff ---


def test_staff_make_and_unmake_holders_by_the_same_verbs(acme, olga, ben, admin, as_):
    client = as_(admin)
    url, sent = drawn(client, member(ben))
    assert client.post(url, sent | {"is_holder": "on", "is_main_holder": "on"}).status_code == 302
    assert member(ben).is_main_holder and not member(olga).is_main_holder
    assert not member(ben).rights.exists(), "a holder needs no switches"
    assert {olga.email, ben.email} == {reader for message in mail.outbox for reader in message.to}
    url, sent = drawn(client, member(olga))
    assert client.post(url, without(sent, "is_holder", switches=[Right.SHOP])).status_code == 302
    assert not member(olga).is_holder and member(olga).granted == {Right.SHOP}


def test_half_of_a_page_is_not_saved(acme, olga, nils, admin, as_):
    """Somebody who has not accepted is not suspended; then nothing else of the page is stored."""
    client = as_(admin)
    url, sent = drawn(client, member(nils))
    page = client.post(url, sent | {"function": "Neu", "is_suspended": "on"})
    assert page.status_code == 200 and "noch nicht angenommen" in page.content.decode()
    assert member(nils).function == "" and not mail.outbox


def test_staff_let_somebody_in_with_an_invitation(acme, olga, admin, as_):
    client = as_(admin)
    sent = {"company": acme.pk, "user": "", "first_name": "Ina", "last_name": "Igel", "email": "ina@12345.example"}
    page = client.post("/admin/access/membership/add/", sent | {"switches": [Right.SHOP], "function": ""})
    assert page.status_code == 302
    row = acme.memberships.get(user__email="ina@12345.example")
    assert row.state == "invited" and row.granted == {Right.SHOP}
    (told,) = mail.outbox
    assert told.to == ["ina@12345.example"] and "/einladung/" in told.body and "Ada" not in told.body
    assert "DOMUS Software GmbH" in told.body and timezone.now() < row.invitations.get().expires_at
    page = client.post("/admin/access/membership/add/", sent)
    assert page.status_code == 200 and "bereits eingeladen" in page.content.decode()
