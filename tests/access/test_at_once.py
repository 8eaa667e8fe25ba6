"""Two people at the same moment, on a real PostgreSQL with a connection each."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from access.acting import AccessRefused, Actor
from access.ending import remove, suspend
from access.holders import LEAVING, end_holder, hand_over, name_holder
from access.models import Membership
from access.rights import Right
from access.switches import Wish, save_switches
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
        except AccessRefused as refusal:
            answers[number] = str(refusal)
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return [answers[number] for number in range(len(acts))]


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
    answers = at_once(
        lambda: act(Actor.member(member(olga)), again(second)), lambda: act(Actor.member(again(second)), member(olga))
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
