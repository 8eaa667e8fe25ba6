"""Two people at the same moment, on a real PostgreSQL with a connection each."""

import time
from copy import copy
from threading import Barrier, Thread

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction

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

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Do all of them at the same moment; returns for each "done" or the refusal's sentence."""
    start, answers = Barrier(len(acts)), {}

    def run(number, act):
        start.wait()
        try:
            act()
            answers[number] = "done"
        except Exception as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    for answer in answers.values():
        if isinstance(answer, Exception) and not isinstance(answer, AccessRefused):
            raise answer
    return [str(answers[number]) for number in range(len(acts))]


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
    answers = at_once(
        lambda: act(Actor.member(copy(one)), copy(other)), lambda: act(Actor.member(copy(other)), copy(one))
    )
    assert sorted(answers)[-1] == "done" and len(set(answers)) == 2
    left = acme.memberships.filter(is_holder=True).get()
    assert left.is_main_holder


def test_two_who_save_the_same_row_overwrite_nothing_unseen(acme, olga, second, ben):
    """Edge 42."""
    pk, version, was = member(ben).pk, member(ben).version, frozenset({Right.SHOP})
    answers = at_once(
        lambda: save_switches(Actor.member(member(olga)), {pk: Wish(version, was, on=frozenset({Right.DOWNLOADS}))}),
        lambda: save_switches(Actor.member(again(second)), {pk: Wish(version, was, off=frozenset({Right.SHOP}))}),
    )
    assert answers.count("done") == 1
    assert member(ben).granted in ({Right.SHOP, Right.DOWNLOADS}, set())


def test_who_is_suspended_while_becoming_holder_is_one_of_both(acme, olga, second, ben):
    at_once(
        lambda: name_holder(Actor.member(member(olga)), member(ben)),
        lambda: suspend(Actor.member(again(second)), member(ben)),
    )
    row = member(ben)
    assert row.is_holder != bool(row.suspended_at)


# --- the order of locks (decision 0016) ---


def waits_for_a_lock():
    """Whether somebody waits for a lock now."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_locks where not granted")
        return cursor.fetchone()[0] > 0


def test_who_ends_an_account_holds_nothing_while_waiting_for_the_company(acme, olga, ben, admin):
    """Company first, then the person: else a removal at the same moment would wait for ever."""
    asked = ben.deletion_requests.create()
    answers = []

    def end():
        try:
            carry_out(asked, by=admin)
            answers.append("done")
        finally:
            connection.close()

    thread = Thread(target=end)
    with transaction.atomic():
        lock_company(acme.pk)
        thread.start()
        for _tenth in range(200):
            if waits_for_a_lock():
                break
            time.sleep(0.05)
        assert waits_for_a_lock()
        # Whoever holds the company gets the rest.
        list(Membership.objects.select_for_update(nowait=True).filter(user=ben))
        get_user_model().objects.select_for_update(nowait=True).get(pk=ben.pk)
        list(ben.deletion_requests.select_for_update(nowait=True))
    thread.join(timeout=20)
    assert answers == ["done"] and not Membership.objects.filter(user=ben).exists()


def test_the_import_and_a_removal_at_the_same_moment(acme, olga, ben, tmp_path):
    """Whoever comes first: who was removed is not there afterwards."""
    rows = "KdNr;Anrede;Vorname;Nachname;EMail;Telefon;Rechte;GueltigBis\n12345;Herr;Ben;Bauer;{};{};SHOP;\n"
    file = tmp_path / "personen.csv"
    file.write_text(rows.format(ben.email, ""), encoding="cp1252")
    list(import_export(tmp_path))
    file.write_text(rows.format(ben.email, "0351 99").replace("SHOP", "SHOP,DOWNLOAD"), encoding="cp1252")
    results = []
    at_once(lambda: remove(Actor.member(member(olga)), member(ben)), lambda: results.extend(import_export(tmp_path)))
    assert not results[0].error and not results[0].refused
    assert not Membership.objects.filter(user=ben).exists()


def test_page_and_admin_at_the_same_moment_lose_nothing_unseen(acme, olga, ben, admin):
    """One of both is told; whoever was first is stored."""
    row = member(ben)
    wanted = Wanted(
        row.version, False, False, True, frozenset(row.granted), {name: getattr(row, name) for name in TERMS}
    )
    wish = Wish(row.version, frozenset(row.granted), on=frozenset({Right.DOWNLOADS}), off=frozenset({Right.SHOP}))
    answers = at_once(
        lambda: revise(Actor.staff(admin, acme.pk), row, wanted),
        lambda: save_switches(Actor.member(member(olga)), {row.pk: wish}),
    )
    now = member(ben)
    # The suspension changes no switch, so that the page's switches may follow it; not the other way round.
    assert now.granted == {Right.DOWNLOADS}
    assert bool(now.suspended_at) == (answers[0] == "done")
