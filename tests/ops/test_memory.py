"""portal.lib.memory: what holds until its time is not lost to whatever else is kept."""

from datetime import timedelta
from functools import partial

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from portal.models import Remembered
from portal.tasks import forget_remembered

from ..threads import at_once

pytestmark = pytest.mark.django_db
KEYS = st.sampled_from(["a", "b", "ü", "x" * 400])
STEPS = st.lists(
    st.tuples(st.sampled_from(["set", "add", "delete", "touch", "incr", "get"]), KEYS, st.integers(-9, 9)), max_size=25
)


def over(*keys):
    """The time of these is over."""
    Remembered.objects.filter(key__in=[cache.make_key(key) for key in keys]).update(until=timezone.now())


def test_a_thousand_other_entries_push_nothing_out():
    cache.set("wrong-tries", [1, 2, 3], 300)
    for number in range(1000):
        cache.set(f"invented-{number}", "x", 300)
    assert cache.get("wrong-tries") == [1, 2, 3] and cache.get("invented-0") == "x"


def test_it_goes_by_time_alone():
    cache.set("short", 1, 60)
    cache.set("for ever", {"a": b"\0"}, None)
    over("short")
    assert cache.get("short") is None and not cache.delete("short")
    cache.set("short", 1, 60)
    over("short")
    assert cache.add("short", 2, 60) and cache.get("short") == 2, "what is over is free to be taken"
    over("short")
    forget_remembered(0)
    assert list(Remembered.objects.values_list("key", flat=True)) == [cache.make_key("for ever")]
    assert cache.get("for ever") == {"a": b"\0"}


def test_a_key_that_is_taken_stays_as_it_is():
    assert cache.add("lock", 1, 60) and not cache.add("lock", 2, 60)
    assert cache.get("lock") == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_gets_it():
    got = at_once(*[partial(cache.add, "lock", number, 60) for number in range(16)])
    assert got.count(True) == 1


def test_it_stays_when_the_work_around_it_fails_and_goes_with_what_is_rolled_back():
    with pytest.raises(RuntimeError), transaction.atomic():
        cache.set("inside", 1, 60)
        raise RuntimeError
    assert cache.get("inside") is None


class SameAsADictionary(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(STEPS)
    def test_whatever_is_done(self, steps):
        cache.clear()
        model = {}
        for what, key, value in steps:
            if what == "set":
                cache.set(key, value)
                model[key] = value
            elif what == "add":
                assert cache.add(key, value) == (key not in model)
                model.setdefault(key, value)
            elif what == "delete":
                assert cache.delete(key) == (model.pop(key, None) is not None)
            elif what == "touch":
                assert cache.touch(key, timedelta(minutes=1).seconds) == (key in model)
            elif what == "incr" and key in model:
                model[key] += value
                assert cache.incr(key, value) == model[key]
            assert cache.get(key, "nothing") == model.get(key, "nothing")
        assert cache.get_many(["a", "b"]) == {key: model[key] for key in ("a", "b") if key in model}
