"""Access that pauses, ends by a date, goes on; and what hangs on it."""

import datetime as dt

import pytest
from django.core import mail

from access import tasks
from access.acting import AccessRefused, Actor
from access.ending import suspend
from access.inviting import invite
from access.models import Invitation, Membership
from access.rights import Right
from access.signals import membership_ended
from access.terms import renew
from portal.lib.days import in_months, today
from tests import factories as make

PAGE = "/kunde/12345/zugaenge/"
pytestmark = pytest.mark.django_db


def member(person):
    return Membership.objects.get(user=person, company__number="12345")


def press(client, person, verb, **data):
    return client.post(f"{PAGE}{member(person).pk}/{verb}/", data, follow=True)


def edit(client, person, **data):
    row = member(person)
    stored = {"function": row.function, "ends_on": row.ends_on or "", "order_limit": "", "version": row.version}
    return client.post(f"{PAGE}{row.pk}/", stored | data, follow=True)


def to(person):
    return [message for message in mail.outbox if message.to == [person.email]]


# --- Suspending ---


def test_suspending_closes_the_door_at_the_next_click_and_keeps_the_switches(olga, ben, as_):
    session = as_(ben)
    assert session.get("/kunde/12345/").status_code == 200
    page = press(as_(olga), ben, "sperren").content.decode()
    assert "Ben Bauer ist gesperrt." in page and "Sperre aufheben" in page
    assert session.get("/kunde/12345/").status_code == 403
    assert member(ben).granted == {Right.SHOP}
    assert "gesperrt" in to(ben)[0].subject
    press(as_(olga), ben, "freigeben")
    assert as_(ben).get("/kunde/12345/bestellungen/").status_code == 200
    assert "Shop & Bestellungen" in to(ben)[1].body


def test_a_licence_holder_is_not_suspended(acme, olga, as_):
    other = make.MembershipFactory(company=acme, is_holder=True)
    press(as_(olga), other.user, "sperren")
    other.refresh_from_db()
    assert other.suspended_at is None


def test_a_deputy_suspends_neither_holders_nor_themselves(olga, deniz, as_):
    """Edge 37."""
    for person in (olga, deniz):
        press(as_(deniz), person, "sperren")
        assert member(person).suspended_at is None


def test_a_deputy_lets_nobody_in_again_to_more_than_they_hold(olga, deniz, ben, as_):
    """Edge 37: resuming would be granting."""
    press(as_(olga), ben, "sperren")
    member(deniz).rights.filter(permission__codename=Right.SHOP).delete()
    page = press(as_(deniz), ben, "freigeben").content.decode()
    assert "die Sie nicht haben" in page and member(ben).suspended_at


def test_invitations_of_somebody_suspended_die_with_it_and_upper_rooms_are_told(olga, deniz):
    """Edge 43."""
    told = []
    receiver = lambda membership, by, **kwargs: told.append((membership.user, by))
    membership_ended.connect(receiver)
    try:
        person = {"salutation": "", "first_name": "Ina", "last_name": "Imhof", "email": "ina@partner.example"}
        invite(Actor.member(member(deniz)), person, {Right.SHOP})
        suspend(Actor.member(member(olga)), member(deniz))
    finally:
        membership_ended.disconnect(receiver)
    assert not Invitation.objects.get().is_usable
    assert told == [(deniz, olga)]


# --- What is agreed ---


def test_end_date_limit_and_function_are_changed_after_inviting(olga, ben, as_):
    page = edit(as_(olga), ben, function="Einkauf", ends_on="2030-12-31", order_limit="1.500,00").content.decode()
    row = member(ben)
    assert "Gespeichert" in page
    assert (row.function, row.ends_on, row.order_limit) == ("Einkauf", dt.date(2030, 12, 31), 1500)
    assert "31.12.2030" in to(ben)[0].body and "1.500,00" in to(ben)[0].body


@pytest.mark.parametrize("field, typed", [("ends_on", "2020-01-01"), ("ends_on", "bald"), ("order_limit", "-5")])
def test_what_cannot_be_agreed_is_refused_beside_its_field(olga, ben, as_, field, typed):
    page = edit(as_(olga), ben, **{field: typed}).content.decode()
    assert f'id="id_{field}_error"' in page and f'value="{typed}"' in page
    assert member(ben).ends_on is None and member(ben).order_limit is None


def test_a_stale_page_overwrites_nothing_and_shows_both(olga, deniz, ben, as_):
    """Edge 42."""
    before = member(ben).version
    edit(as_(deniz), ben, function="Einkauf", ends_on="2030-01-31")
    page = edit(as_(olga), ben, function="Buchhaltung", version=before).content.decode()
    assert "Einkauf" in page and 'value="Buchhaltung"' in page and "31.01.2030" in page
    assert member(ben).function == "Einkauf"


def test_a_deputy_gives_no_higher_limit_than_their_own(deniz, ben, as_):
    """Edge 37."""
    Membership.objects.filter(user=deniz).update(order_limit=500)
    assert "id_order_limit_error" in edit(as_(deniz), ben, order_limit="501").content.decode()
    edit(as_(deniz), ben, order_limit="500")
    assert member(ben).order_limit == 500


def test_nobody_changes_what_is_agreed_about_themselves(deniz, as_):
    edit(as_(deniz), deniz, ends_on="2031-01-01", function="Chef")
    assert member(deniz).function == ""


def test_a_person_of_another_company_is_not_there(olga, mallory, elsewhere, as_):
    """Edge 13."""
    stranger = mallory.at["66666"].pk
    for verb in ("", "sperren/", "freigeben/", "verlaengern/", "lizenzinhaber/", "lizenzinhaber-beenden/"):
        answer = as_(olga).post(f"{PAGE}{stranger}/{verb}")
        assert answer.url == PAGE, "as for somebody who was removed"
    assert Membership.objects.get(pk=stranger).is_holder


# --- Ends ---


def test_the_day_after_the_end_is_noted_told_and_done_once(olga, ben, as_):
    Membership.objects.filter(user=ben).update(ends_on=today() - dt.timedelta(days=1))
    tasks.run()
    tasks.run()
    assert len(to(ben)) == 1 and "ausgelaufen" in to(ben)[0].body
    assert member(ben).company.access_events.filter(kind="expired").count() == 1
    page = as_(olga).get(f"{PAGE}?state=expired").content.decode()
    assert "Zugang von Ben Bauer verlängern" in page


def test_the_last_day_counts_in_full(olga, ben, as_):
    Membership.objects.filter(user=ben).update(ends_on=today())
    tasks.run()
    assert as_(ben).get("/kunde/12345/").status_code == 200
    assert not member(ben).company.access_events.filter(kind="expired").exists()


def test_one_click_renews_for_a_year_and_a_second_changes_nothing(olga, ben, as_):
    Membership.objects.filter(user=ben).update(ends_on=today() - dt.timedelta(days=3))
    for _press in range(2):
        press(as_(olga), ben, "verlaengern", back="list")
    assert member(ben).ends_on == in_months(today(), 12)
    assert as_(ben).get("/kunde/12345/").status_code == 200
    assert len(to(ben)) == 1


@pytest.mark.parametrize(
    "day, months, then",
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-01-15", -12, "2025-01-15"),
        ("2026-03-31", -1, "2026-02-28"),
    ],
)
def test_months_later(day, months, then):
    assert in_months(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(then)


def test_removing_reminds_of_the_login_at_homecase(acme, olga, ben, dora, as_):
    """Edge 43."""
    assert "HOMECASE hat" not in press(as_(olga), ben, "entfernen").content.decode()
    type(acme).objects.update(uses_homecase=True)
    assert "HOMECASE hat" in press(as_(olga), dora, "entfernen").content.decode()


def test_what_has_no_end_is_not_renewed(olga, ben):
    with pytest.raises(AccessRefused):
        renew(Actor.member(member(olga)), member(ben))


def test_two_weeks_before_the_end_the_person_and_the_granters_are_reminded_once(olga, deniz, ben):
    Membership.objects.filter(user=ben).update(ends_on=today() + dt.timedelta(days=14))
    tasks.run()
    tasks.run()
    assert [len(to(person)) for person in (ben, olga, deniz)] == [1, 1, 1]
    assert f"/zugaenge/{member(ben).pk}/" in to(olga)[0].body
    # A new date is a new reminder.
    Membership.objects.filter(user=ben).update(ends_on=today() + dt.timedelta(days=10))
    tasks.run()
    assert len(to(ben)) == 2


def test_nobody_is_reminded_of_a_far_end(olga, ben):
    Membership.objects.filter(user=ben).update(ends_on=today() + dt.timedelta(days=15))
    tasks.run()
    assert mail.outbox == []


def test_who_never_accepted_is_forgotten_in_the_end(olga, nils):
    """Art. 17 DSGVO: what the invitation promised."""
    row = member(nils)
    long_ago = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    Membership.objects.filter(pk=row.pk).update(created_at=long_ago)
    Invitation.issue(row, by=olga)
    tasks.run()
    assert Membership.objects.filter(pk=row.pk).exists(), "a link of today still works"
    Invitation.objects.update(expires_at=long_ago)
    tasks.run()
    assert not Membership.objects.filter(pk=row.pk).exists()


def test_the_inviter_is_told_that_somebody_has_accepted(olga, nils, client):
    row = member(nils)
    type(nils).objects.filter(pk=nils.pk).update(password="!")
    _invitation, token = Invitation.issue(row, by=olga)
    client.post(f"/einladung/{token}/", {"password": "Ein langer Satz 2026"})
    assert member(nils).accepted_at
    assert "angenommen" in to(olga)[0].subject


def test_a_dead_link_names_somebody_who_is_still_there(olga, deniz, nils, client):
    """Edge 41: the inviter has left."""
    _invitation, token = Invitation.issue(member(nils), by=deniz)
    member(deniz).delete()
    Invitation.objects.update(expires_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    page = client.get(f"/einladung/{token}/").content.decode()
    assert "Olga Oswald" in page and "Deniz" not in page
