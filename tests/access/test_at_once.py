"""Two people at the same moment, on a real PostgreSQL with a connection each."""

from copy import copy

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from access.acting import AccessRefused, Actor, lock_company
from access.ending import remove, suspend
from access.holders import LEAVING, end_holder, hand_over, name_holder
from access.models import Membership
from access.revising import TERMS, Wanted, revise
from access.rights import Right
from access.switches import Wish, save_switches
from accounts.erasure import carry_out
from portal.erp import import_export
from tests import factories as make

from ..threads import PATIENCE, at_once, beside, until, waits_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)


def done_or_told(*acts):
    """Do all of them at the same moment; for each "done" or the refusal's sentence."""
    answers = at_once(*acts, refused=AccessRefused)
    return [str(answer) if isinstance(answer, AccessRefused) else "done" for answer in answers]


def member(person):
    return Membership.objects.get(user=person, company__number="12345")


@pytest.fixture
def second(acme, olga):
    return make.MembershipFactory(company=acme, is_holder=True)


def again(row):
    return Membership.objects.get(pk=row.pk)


@pytest.mark.parametrize(
    "act",
    [remove, end_holder, lambda by, target: hand_over(by, target, LEAVING)],
    ids=["remove", "end", "leave"],
)
def test_two_holders_who_do_it_to_each_other_leave_one(acme, olga, second, act):
    """Edge 36."""
    # Both have read the rows before either acts: as two open pages have.
    one, other = member(olga), again(second)
    answers = done_or_told(
        lambda: act(Actor.member(copy(one)), copy(other)), lambda: act(Actor.member(copy(other)), copy(one))
    )
    assert sorted(answers)[-1] == "done" and len(set(answers)) == 2
    left = acme.memberships.filter(is_holder=True).get()
    assert left.is_main_holder


def test_two_who_save_the_same_row_overwrite_nothing_unseen(acme, olga, second, ben):
    """Edge 42."""
    row, first, other, was = member(ben), member(olga), again(second), frozenset({Right.SHOP})
    more = {row.pk: Wish(row.version, was, on=frozenset({Right.DOWNLOADS}))}
    less = {row.pk: Wish(row.version, was, off=frozenset({Right.SHOP}))}
    answers = done_or_told(
        lambda: save_switches(Actor.member(first), more), lambda: save_switches(Actor.member(other), less)
    )
    assert answers.count("done") == 1
    assert member(ben).granted in ({Right.SHOP, Right.DOWNLOADS}, set())


def test_who_is_suspended_while_becoming_holder_is_one_of_both(acme, olga, second, ben):
    first, other, row = member(olga), again(second), member(ben)
    done_or_told(lambda: name_holder(Actor.member(first), copy(row)), lambda: suspend(Actor.member(other), copy(row)))
    row = member(ben)
    assert row.is_holder != bool(row.suspended_at)


# --- the order of locks (decision 0016) ---


def test_who_ends_an_account_holds_nothing_while_waiting_for_the_company(acme, olga, ben, admin):
    """Company first, then the person: else a removal at the same moment would wait for ever."""
    asked = ben.deletion_requests.create()
    with transaction.atomic():
        lock_company(acme.pk)
        ending = beside(lambda: carry_out(asked, by=admin))
        until(waits_for_a_lock)
        # Whoever holds the company gets the rest.
        list(Membership.objects.select_for_update(nowait=True).filter(user=ben))
        get_user_model().objects.select_for_update(nowait=True).get(pk=ben.pk)
        list(ben.deletion_requests.select_for_update(nowait=True))
    ending.result(PATIENCE)
    assert not Membership.objects.filter(user=ben).exists()


def test_the_import_and_a_removal_at_the_same_moment(acme, olga, ben, tmp_path):
    """Whoever comes first: who was removed is not there afterwards."""
    rows = "KdNr;Anrede;Vorname;Nachname;EMail;Telefon;Rechte;GueltigBis\n12345;Herr;Ben;Bauer;{};{};SHOP;\n"
    file = tmp_path / "personen.csv"
    file.write_text(rows.format(ben.email, ""), encoding="cp1252")
    list(import_export(tmp_path))
    file.write_text(rows.format(ben.email, "0351 99").replace("SHOP", "SHOP,DOWNLOAD"), encoding="cp1252")
    by, row = Actor.member(member(olga)), member(ben)
    _removed, results = at_once(lambda: remove(by, row), lambda: list(import_export(tmp_path)))
    assert not results[0].error and not results[0].refused
    assert not Membership.objects.filter(user=ben).exists()


def test_page_and_admin_at_the_same_moment_lose_nothing_unseen(acme, olga, ben, admin):
    """One of both is told; whoever was first is stored."""
    row = member(ben)
    wanted = Wanted(
        row.version, False, False, True, frozenset(row.granted), {name: getattr(row, name) for name in TERMS}
    )
    wish = Wish(row.version, frozenset(row.granted), on=frozenset({Right.DOWNLOADS}), off=frozenset({Right.SHOP}))
    holder = Actor.member(member(olga))
    answers = done_or_told(
        lambda: revise(Actor.staff(admin, acme.pk), copy(row), wanted),
        lambda: save_switches(holder, {row.pk: wish}),
    )
    now = member(ben)
    # The suspension changes no switch, so that the page's switches may follow it; not the other way round.
    assert now.granted == {Right.DOWNLOADS}
    assert bool(now.suspended_at) == (answers[0] == "done")
