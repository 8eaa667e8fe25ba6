"""The roll-out in waves: who gets an invitation, in which pace, once, and what became of it."""

import datetime as dt
import uuid

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from access.models import Invitation
from accounts.models import User
from accounts.numbers import companies_of, numbers_in
from portal import rolling_out
from portal.models import MailHandover, Trouble, Wave, WaveMember
from portal.rolling_out import begin, choose, due_now, go_on, preview, send_one, stop
from portal.tasks import send_waves

from .. import factories as make
from .test_admin import client_of  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
NEW = "/admin/portal/wave/neu/"


def imported(number, **person):
    """A company as the ERP's import leaves it: a licence holder with an address, who never came."""
    given = {"first_name": "Hanna", "last_name": f"Halter{number}", "email": f"h{number}@firma.example"} | person
    user = make.UserFactory(**given)
    user.set_unusable_password()
    user.save()
    company = make.CompanyFactory(number=str(number), name=f"Haus {number} GmbH")
    make.MembershipFactory(company=company, user=user, is_holder=True, is_main_holder=True)
    return company


def wave_of(*companies, by, **more):
    given = {"name": "Welle", "pace": 3600, "remind_after": None} | more
    return begin(by, uuid.uuid4(), given["name"], given["pace"], given["remind_after"], preview(list(companies)))


def minute():
    send_waves.func(timestamp=0)


def later(moment_of_last):
    """As if what was sent had gone out so long ago."""
    for name in ("sent_at", "reminded_at"):
        for row in WaveMember.objects.exclude(**{name: None}):
            WaveMember.objects.filter(pk=row.pk).update(**{name: getattr(row, name) - moment_of_last})
    for row in Invitation.objects.all():
        Invitation.objects.filter(pk=row.pk).update(
            sent_at=row.sent_at - moment_of_last, expires_at=row.expires_at - moment_of_last
        )


def test_a_pasted_list_is_read_in_any_spelling():
    first, second, third = imported(70001), imported(70002), imported("070003")
    typed = "DOMUS_70001\n domus-70002; 70003\t９９９９９,70001\r\nunbekannt"
    companies, unknown = companies_of(numbers_in(typed))
    assert companies == [first, second, third] and unknown == ["９９９９９", "unbekannt"]


def test_who_is_left_out_and_why():
    invited, came, ended = imported(1001), imported(1002), imported(1003)
    nowhere, back, staff = imported(1004, email=""), imported(1005), imported(1006)
    alone, twice = make.CompanyFactory(number="1007"), imported(1008)
    User.objects.filter(last_name="Halter1002").update(last_login=timezone.now())
    type(ended).objects.filter(pk=ended.pk).update(is_blocked=True)
    ended.refresh_from_db()
    MailHandover.objects.create(key=uuid.uuid4(), state="bounced", recipients=["h1005@firma.example"])
    User.objects.filter(last_name="Halter1006").update(is_active=False)
    second = make.CompanyFactory(number="1009")
    same = User.objects.get(last_name="Halter1008")
    make.MembershipFactory(company=second, user=same, is_holder=True, is_main_holder=True)
    seen = preview([invited, came, ended, nowhere, back, staff, alone, twice, second])
    assert [row.company for row in seen.invited] == [invited, twice], "one person gets one link"
    said = {company.number: why for company, why in seen.left_out}
    assert said["1002"] == "War schon angemeldet." and said["1003"].startswith("Der Vertrag")
    assert said["1004"] == "Keine E-Mail-Adresse." and "kam zurück" in said["1005"]
    assert said["1006"].startswith("Das Konto") and said["1007"].startswith("Keine Person")
    assert said["1009"] == "Schon in einer Welle."


def test_a_choice_takes_who_never_came_and_was_in_no_wave(admin):
    first, _second, third = imported(1001), imported(1002), imported(1003)
    type(first).objects.filter(pk=first.pk).update(postal_code="94032", uses_homecase=True)
    User.objects.filter(last_name="Halter1002").update(last_login=timezone.now())
    assert set(choose()) == {first, third}
    assert choose("94") == [first] == choose(homecase="yes") and choose(homecase="no") == [third]
    wave_of(first, by=admin)
    assert choose() == [third]


def test_it_goes_out_in_its_pace_and_never_more_in_an_hour(admin):
    companies = [imported(1000 + number) for number in range(5)]
    wave_of(*companies, by=admin, pace=2)
    minute()
    minute()
    assert len(mail.outbox) == 1, "evenly: the second half an hour later"
    later(dt.timedelta(minutes=31))
    minute()
    later(dt.timedelta(minutes=28))
    minute()
    assert len(mail.outbox) == 2, "two in this hour"
    later(dt.timedelta(minutes=31))
    minute()
    assert len(mail.outbox) == 3


def test_a_quick_wave_sends_some_each_minute(admin):
    wave_of(*[imported(1000 + number) for number in range(5)], by=admin, pace=120)
    minute()
    assert len(mail.outbox) == 2
    letter = mail.outbox[0]
    assert "lädt Sie ins Kundenportal ein" in letter.subject and "/einladung/" in letter.body


def test_nobody_is_in_two_waves_begun_at_once(admin):
    first, second = imported(1001), imported(1002)
    seen = preview([first]), preview([first, second])
    one = begin(admin, uuid.uuid4(), "A", 60, None, seen[0])
    other = begin(admin, uuid.uuid4(), "B", 60, None, seen[1])
    assert [row.company for row in one.members.all()] == [first]
    assert [row.company for row in other.members.all()] == [second]


def test_two_presses_begin_one_wave(admin):
    company, key = imported(1001), uuid.uuid4()
    seen = preview([company])
    assert begin(admin, key, "A", 60, None, seen) == begin(admin, key, "A", 60, None, seen)
    assert Wave.objects.count() == 1 == WaveMember.objects.count()


def test_stopped_it_sends_nothing_and_goes_on_where_it_was(admin):
    wave = wave_of(imported(1001), imported(1002), by=admin)
    due = list(due_now())
    stop(wave)
    for member in due:
        send_one(member)
    minute()
    assert mail.outbox == []
    go_on(wave)
    minute()
    assert len(mail.outbox) == 2


class Died(BaseException):
    """Nothing catches it: the worker is gone."""


@pytest.mark.parametrize("where", ["access.inviting.mails.mail_invitation", "portal.models.WaveMember.save"])
def test_a_worker_that_dies_in_between_sends_nobody_two_and_loses_nobody(admin, settings, monkeypatch, where):
    """Mail and note are one transaction: what was not noted was not sent either."""
    settings.EMAIL_BACKEND = "portal.lib.mail.QueueBackend"
    wave_of(imported(1001), imported(1002), by=admin)

    def die(*_args, **_more):
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(where, die)
        with pytest.raises(Died):
            minute()
    assert not MailHandover.objects.exists() and not WaveMember.objects.sent().exists()
    minute()
    minute()
    readers = [row.recipients for row in MailHandover.objects.order_by("address")]
    assert readers == [["h1001@firma.example"], ["h1002@firma.example"]]


def test_two_workers_with_the_same_list_send_one(admin):
    wave_of(imported(1001), by=admin, remind_after=7)
    for member in [*due_now(), *due_now()]:
        send_one(member)
    assert len(mail.outbox) == 1


def test_one_reminder_and_only_to_who_has_not_come(admin):
    wave_of(imported(1001), imported(1002), imported(1003), by=admin, remind_after=7)
    minute()
    User.objects.filter(last_name="Halter1002").update(last_login=timezone.now())
    MailHandover.objects.create(
        key=uuid.uuid4(), state="bounced", recipients=["h1003@firma.example"], topic="invitation",
        user=User.objects.get(last_name="Halter1003"),
    )  # fmt: skip
    mail.outbox.clear()
    later(dt.timedelta(days=6))
    minute()
    assert mail.outbox == []
    later(dt.timedelta(days=1, minutes=1))
    MailHandover.objects.update(made_at=timezone.now())
    for _time in range(3):
        minute()
    (letter,) = mail.outbox
    assert letter.to == ["h1001@firma.example"] and letter.subject.startswith("Erinnerung")


def test_what_has_changed_since_is_noted_and_holds_up_nobody(admin):
    wave = wave_of(imported(1001), imported(1002), by=admin)
    User.objects.filter(last_name="Halter1001").update(last_login=timezone.now())
    minute()
    assert [letter.to for letter in mail.outbox] == [["h1002@firma.example"]]
    assert wave.members.get(user__last_name="Halter1001").reason == "War schon angemeldet."


@pytest.mark.parametrize("shut", [{"is_blocked": True}, {"ended_on": dt.date(2020, 1, 1)}])
def test_a_company_that_is_shut_meanwhile_gets_nothing(admin, shut):
    company = imported(1001)
    wave = wave_of(company, by=admin)
    type(company).objects.filter(pk=company.pk).update(**shut)
    minute()
    assert mail.outbox == [] and wave.members.get().reason and wave.members.get().sent_at is None


def test_what_breaks_for_one_is_troubled_about_and_the_others_go(admin, monkeypatch):
    wave_of(imported(1001), imported(1002), by=admin)
    real = rolling_out.send_again

    def broken(actor, membership, **more):
        if membership.user.last_name == "Halter1001":
            raise RuntimeError
        return real(actor, membership, **more)

    monkeypatch.setattr(rolling_out, "send_again", broken)
    minute()
    assert [letter.to for letter in mail.outbox] == [["h1002@firma.example"]] and Trouble.objects.count() == 1


def test_progress_counts_each_once(admin, settings, client, client_of):  # noqa: F811
    settings.EMAIL_BACKEND = "portal.lib.mail.QueueBackend"
    wave = wave_of(*[imported(1000 + number) for number in range(6)], by=admin)
    for member in list(due_now())[:5]:
        send_one(member)
    opened, came, back = Invitation.objects.order_by("pk")[:3]
    opened.note_opened()
    User.objects.filter(pk=came.membership.user_id).update(last_login=timezone.now())
    MailHandover.objects.filter(user=back.membership.user_id).update(state="bounced")
    wave.members.filter(sent_at=None).update(reason="Keine E-Mail-Adresse.")
    assert wave.members.counts() == {"invited": 2, "opened": 1, "in": 1, "bounced": 1, "left_out": 1}
    page = client_of("Vertrieb").get(reverse("admin:portal_wave_change", args=[wave.pk]), {"state": "bounced"})
    assert [row.user_id for row in page.context["page"]] == [back.membership.user_id]
    assert "<b>2</b> eingeladen" in page.content.decode()


def test_opening_the_page_of_the_link_is_noted(admin, client, settings):
    wave_of(imported(1001), by=admin)
    minute()
    link = next(line for line in mail.outbox[0].body.splitlines() if "/einladung/" in line)
    assert Invitation.objects.get().opened_at is None
    assert client.get(link.replace(settings.PORTAL_URL, "")).status_code == 200
    first = Invitation.objects.get().opened_at
    client.get(link.replace(settings.PORTAL_URL, ""))
    assert first and Invitation.objects.get().opened_at == first


FORM = {"name": "Welle 1", "numbers": "DOMUS_1001, 1002", "most": "500", "pace": "60", "remind_after": "7"}


def test_on_the_page_one_looks_first_then_begins_and_watches(client_of):  # noqa: F811
    imported(1001), imported(1002, email="")
    client, key = client_of("Vertrieb"), str(uuid.uuid4())
    assert client.get(NEW).status_code == 200
    page = client.post(NEW, {**FORM, "key": key}).content.decode()
    assert "h1001@firma.example" in page and "Keine E-Mail-Adresse." in page and not Wave.objects.exists()
    assert "gibt Ihnen Zugang" in page and "gives you access" in page
    for _time in range(2):
        answer = client.post(NEW, {**FORM, "key": key, "begin": "1"})
    wave = Wave.objects.get()
    address = reverse("admin:portal_wave_change", args=[wave.pk])
    assert answer.url == address and wave.members.count() == 1
    assert "Welle 1" in client.get(reverse("admin:portal_wave_changelist")).content.decode()
    client.post(address, {"stop": "1"})
    assert "angehalten" in client.get(address).content.decode()
    client.post(address, {"go": "1"})
    wave.refresh_from_db()
    assert not wave.is_stopped and LogEntry.objects.filter(object_id=str(wave.pk)).count() >= 3


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"pace": "0"}, {"pace": "x"}, {"most": "0"}, {"key": "x"}, {"remind_after": "0"}]
)
def test_what_is_wrong_stands_beside_its_field(change, client_of):  # noqa: F811
    imported(1001)
    answer = client_of("Vertrieb").post(NEW, {**FORM, "key": str(uuid.uuid4()), "begin": "1", **change})
    assert answer.status_code == 200 and "errorlist" in answer.content.decode() and not Wave.objects.exists()


def test_a_wave_of_nobody_does_not_begin(client_of):  # noqa: F811
    answer = client_of("Vertrieb").post(NEW, {**FORM, "key": str(uuid.uuid4()), "begin": "1"})
    assert answer.status_code == 200 and not Wave.objects.exists()


def test_only_sales_may(client_of, admin):  # noqa: F811
    wave = wave_of(imported(1001), by=admin)
    client = client_of("Katalog")
    assert client.get(NEW).status_code == 404
    assert client.get(reverse("admin:portal_wave_change", args=[wave.pk])).status_code == 404
    assert client.post(reverse("admin:portal_wave_change", args=[wave.pk]), {"stop": "1"}).status_code == 404


def test_progress_costs_the_same_for_many(admin, client_of, django_assert_max_num_queries):  # noqa: F811
    wave = wave_of(*[imported(1000 + number) for number in range(20)], by=admin)
    client = client_of("Vertrieb")
    with django_assert_max_num_queries(14):
        client.get(reverse("admin:portal_wave_change", args=[wave.pk]))
