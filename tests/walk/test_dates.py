"""Termine: what has a day, for whom; the private calendar, read by another library than the one that wrote it."""

import datetime as dt

import pytest
import vobject
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from access.acting import Actor
from access.ending import remove
from access.rights import Right
from access.store import set_rights
from accounts.calendars import hash_of
from accounts.models import CalendarAddress
from portal.dates.entries import entries_of
from portal.lib.days import today
from shop.trainings import book

from .. import factories as make

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def untried():
    cache.clear()


def token_of(client, company):
    """The address as the page shows it, once."""
    text = client.post(reverse("calendar_make", args=[company.number])).content.decode()
    token = text.split("/kalender/")[1].split("/termine.ics")[0]
    assert "/kalender/" not in client.get(reverse("date_list", args=[company.number])).content.decode()
    return token


def read(client, token, status=200):
    answer = client.get(reverse("calendar_feed", args=[token]))
    assert answer.status_code == status
    return vobject.readOne(answer.content.decode()) if status == 200 else answer


def titles(calendar):
    return {event.summary.value: event for event in getattr(calendar, "vevent_list", [])}


@pytest.fixture
def dated(acme, olga, ben, dora):
    """Maintenance, an access and a training that end or begin soon."""
    acme.licences.get().maintenance.update(ends_on=today() + 40 * DAY)
    membership = dora.at[acme.number]
    membership.ends_on = today() + 20 * DAY
    membership.save()
    starts = timezone.make_aware(dt.datetime.combine(today() + 9 * DAY, dt.time(9)))
    training = make.TrainingDateFactory(starts_at=starts, ends_at=starts + dt.timedelta(hours=7))
    book(training, acme, ["Erika Muster", "Max Muster"], by=olga)
    return training


def test_each_sees_what_their_rights_open(acme, dated, olga, ben, dora, carla):
    def keys(person):
        row = person.at[acme.number]
        rights = set(Right.values) if row.is_holder else set(row.granted)
        return {one.key.split("-")[0] for one in entries_of(row, rights)}

    assert keys(olga) == {"licence", "access", "training"}
    assert keys(ben) == {"training"} and keys(dora) == {"access"} and keys(carla) == {"licence"}


def test_another_library_reads_the_calendar(acme, dated, olga, as_, client):
    found = titles(read(client, token_of(as_(olga), acme)))
    care = found["Pflege endet: DOMUS 4000 (SPV)"]
    day = today() + 40 * DAY
    assert (care.dtstart.value, care.dtend.value) == (day, day + DAY), "a whole day, its end exclusive"
    assert care.valarm.trigger.value == dt.timedelta(days=-30)
    (training,) = [event for title, event in found.items() if title.startswith("Schulung: ")]
    assert training.dtstart.value == dated.starts_at and training.dtstart.value.hour == 9
    raw = client.get(reverse("calendar_feed", args=[token_of(as_(olga), acme)])).content.decode()
    assert "DTSTART;VALUE=DATE:" in raw and "DTSTART;TZID=Europe/Berlin:" in raw and "Erika" not in raw
    assert max(len(line.encode()) for line in raw.split("\r\n")) <= 75


def test_the_same_thing_keeps_its_id_when_its_day_moves(acme, dated, olga, as_, client):
    token = token_of(as_(olga), acme)
    before = titles(read(client, token))["Pflege endet: DOMUS 4000 (SPV)"].uid.value
    acme.licences.get().maintenance.update(ends_on=today() + 400 * DAY)
    after = titles(read(client, token))["Pflege endet: DOMUS 4000 (SPV)"]
    assert after.uid.value == before and after.dtstart.value == today() + 400 * DAY


def test_it_follows_the_rights_of_the_moment(acme, dated, olga, carla, as_, client):
    token = token_of(as_(carla), acme)
    assert "Pflege endet: DOMUS 4000 (SPV)" in titles(read(client, token))
    set_rights(carla.at[acme.number], {Right.DOWNLOADS})
    assert titles(read(client, token)) == {}
    remove(Actor.member(olga.at[acme.number]), carla.at[acme.number])
    read(client, token, status=404)


def test_renewed_and_withdrawn(acme, olga, as_, client):
    his = as_(olga)
    first, second = token_of(his, acme), token_of(his, acme)
    read(client, first, status=404)
    read(client, second)
    row = CalendarAddress.objects.get()
    assert row.token_hash == hash_of(second) and second not in str(row.__dict__)
    his.post(reverse("calendar_end", args=[acme.number]))
    read(client, second, status=404)


@pytest.mark.parametrize("how", ["blocked", "inactive", "suspended"])
def test_a_closed_door_closes_the_calendar(acme, ben, as_, client, how):
    token = token_of(as_(ben), acme)
    if how == "blocked":
        type(acme).objects.update(is_blocked=True)
    elif how == "inactive":
        type(ben).objects.filter(pk=ben.pk).update(is_active=False)
    else:
        acme.memberships.filter(user=ben).update(suspended_at=timezone.now())
    read(client, token, status=404)


def test_nobody_s_address_is_not_there_and_guessing_is_slowed(client):
    answers = [client.get(reverse("calendar_feed", args=[f"x{number}"])).status_code for number in range(122)]
    assert answers[:120] == [404] * 120 and answers[-1] == 429
