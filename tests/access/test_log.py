"""The log: nothing escapes it, nothing changes it, and it reads in plain words."""

import csv
import datetime as dt
import io

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from access import tasks
from access.acting import Actor
from access.inviting import invite
from access.log import what, who
from access.models import AccessEvent, Membership, MembershipRight
from access.rights import Right
from access.switches import Wish, save_switches
from portal.erp import import_export
from tests import factories as make
from tests.admin_pages import address, form_of
from tests.sheets import cells_of

PAGE = "/kunde/12345/zugaenge/protokoll/"
pytestmark = pytest.mark.django_db


def member(person):
    return Membership.objects.get(user=person, company__number="12345")


def lines(company, after=0):
    return [(who(event), event.person_name, what(event)) for event in company.access_events.filter(pk__gt=after)]


@pytest.fixture
def since(acme, olga, ben):
    """Lines up to here came from the cast."""
    return acme.access_events.first().pk


def test_a_saved_switch_is_a_line_in_plain_words(acme, olga, ben, since):
    wish = Wish(1, on=frozenset({Right.DOWNLOADS, Right.CONTRACTS}), off=frozenset({Right.SHOP}))
    save_switches(Actor.member(member(olga)), {member(ben).pk: wish})
    assert lines(acme, since) == [
        ("Olga Oswald", "Ben Bauer", "freigeschaltet: Downloads, Vertragsdokumente"),
        ("Olga Oswald", "Ben Bauer", "entzogen: Shop & Bestellungen"),
    ]


def test_no_way_in_escapes_it(acme, ben, since):
    """Edge 79: bulk update and raw SQL skip every save()."""
    Membership.objects.filter(user=ben).update(ends_on=dt.date(2030, 1, 31))
    MembershipRight.objects.filter(user=ben).delete()
    with connection.cursor() as cursor:
        cursor.execute("update access_membership set suspended_at = now() where user_id = %s", [ben.pk])
    assert [words for _who, _whom, words in lines(acme, since)] == [
        "gesperrt",
        "entzogen: Shop & Bestellungen",
        "Enddatum geändert: unbefristet, jetzt 31.01.2030",
    ]


def test_what_staff_do_is_told_as_the_vendor_s(acme, ben, admin, as_, since):
    row = member(ben)
    client = as_(admin)
    data = form_of(client.get(address(row))) | {"switches": ["use_downloads"], "order_limit": "99.5"}
    answer = client.post(address(row), data)
    assert answer.status_code == 302
    assert (
        "DOMUS Software GmbH",
        "Ben Bauer",
        "Bestellgrenze geändert: keine Bestellgrenze, jetzt 99,50\N{NO-BREAK SPACE}€",
    ) in lines(acme, since)
    assert AccessEvent.objects.filter(pk__gt=since).values_list("actor", flat=True)[0] == admin.pk
    assert {reader for message in mail.outbox for reader in message.to} == {ben.email}
    assert any("Downloads" in message.body for message in mail.outbox)


def test_bulk_removal_in_the_admin_is_noted_and_spares_the_last_holder(acme, olga, ben, admin, as_, since):
    """Edge 36 and 79."""
    pks = [member(olga).pk, member(ben).pk]
    data = {"action": "delete_selected", "_selected_action": pks, "post": "yes"}
    as_(admin).post("/admin/access/membership/", data)
    assert acme.memberships.get().user == olga
    assert lines(acme, since)[0] == ("DOMUS Software GmbH", "Ben Bauer", "Zugang beendet")
    assert [message.to for message in mail.outbox] == [[ben.email]], "and nobody is told of what was refused"


def test_what_the_import_does_is_noted(acme, olga, since, tmp_path):
    head = "KdNr;Anrede;Vorname;Nachname;EMail;Telefon;Rechte;GueltigBis\n"
    row = "12345;Frau;Ida;Import;ida@sonnenhof.example;;SHOP,DOWNLOAD;31.12.2030\n"
    (tmp_path / "personen.csv").write_text(head + row, encoding="cp1252")
    list(import_export(tmp_path))
    assert lines(acme, since) == [
        ("unser ERP-System", "Ida Import", "freigeschaltet: Shop & Bestellungen, Downloads"),
        ("unser ERP-System", "Ida Import", "Zugang gegeben, bis 31.12.2030"),
    ]


def test_expiry_is_noted(acme, ben, since):
    Membership.objects.filter(user=ben).update(ends_on=dt.date(2026, 1, 31))
    tasks.run()
    assert lines(acme, since)[0][:2] == ("das Portal", "Ben Bauer")


def test_an_invitation_is_noted_under_the_name_that_was_typed(acme, olga, mallory, since):
    """Nothing of an existing account is shown before it is accepted."""
    person = {"salutation": "", "first_name": "Malo", "last_name": "Muster", "email": mallory.email}
    invite(Actor.member(member(olga)), person, {Right.SHOP})
    assert {whom for _who, whom, _what in lines(acme, since)} == {"Malo Muster"}


def test_names_stay_after_people_have_gone(acme, olga, ben, as_, since):
    as_(olga).post(f"/kunde/12345/zugaenge/{member(ben).pk}/entfernen/")
    ben.first_name = "Anders"
    ben.save()
    assert lines(acme, since)[0] == ("Olga Oswald", "Ben Bauer", "Zugang beendet")


@pytest.mark.parametrize("sql", ["update access_accessevent set kind = 'added'", "delete from access_accessevent"])
def test_nobody_changes_or_deletes_a_line(acme, olga, sql):
    before = acme.access_events.count()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert acme.access_events.count() == before > 0


def test_lines_go_at_the_end_of_their_retention_and_not_before(acme, olga, settings):
    settings.ACCESS = {**settings.ACCESS, "log_years": 2}
    kept_from = timezone.localdate().year - 2
    for year in (kept_from - 1, kept_from):
        at = timezone.make_aware(dt.datetime(year, 12, 31, 23, 59, 59))
        make_old(acme, at)
    assert tasks.forget_old_lines() == 1
    assert {event.at.year for event in acme.access_events.all()} == {kept_from, timezone.now().year}
    with pytest.raises(DatabaseError), transaction.atomic():
        acme.access_events.all().delete()


def make_old(company, at):
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into access_accessevent (id, company_id, person_name, actor_kind, actor_name, kind, detail, at)"
            " values (%s, %s, 'Alt', 'portal', '', 'added', '{}', %s)",
            # The oldest line has the lowest number, as in life.
            [at.year - 100_000, company.pk, at],
        )


# --- The page ---


def test_the_page_filters_by_person_and_time(acme, olga, ben, dora, as_):
    client = as_(olga)
    assert "Dora Dietz" in client.get(PAGE).content.decode()
    page = client.get(PAGE, {"q": "bauer"}).content.decode()
    assert "Ben Bauer" in page and "Dora Dietz" not in page
    page = client.get(PAGE, {"person": dora.pk}).content.decode()
    assert "Dora Dietz" in page and "Ben Bauer" not in page
    assert "In dieser Zeit wurde nichts geändert" in client.get(PAGE, {"until": "2020-01-01"}).content.decode()
    assert "Dora Dietz" in client.get(PAGE, {"since": timezone.localdate().isoformat()}).content.decode()


@pytest.mark.parametrize("query", [{"since": "bald"}, {"person": "x"}, {"before": "9" * 30}, {"before": "-1"}])
def test_what_makes_no_sense_is_passed_over(olga, as_, query):
    assert as_(olga).get(PAGE, query).status_code == 200


def test_it_pages_without_counting(acme, olga, as_, django_assert_max_num_queries):
    for number in range(70):
        make.MembershipFactory(company=acme, user=make.UserFactory(last_name=f"Nr{number:02}"))
    client = as_(olga)
    first = client.get(PAGE)
    assert "Nr69" in first.content.decode() and "Nr00" not in first.content.decode()
    older = first.context["older"]
    with django_assert_max_num_queries(8):
        assert "Nr00" in client.get(PAGE, {"before": older}).content.decode()


def test_another_company_s_lines_are_not_there(olga, mallory, as_):
    """Edge 13."""
    assert "Mallory" not in as_(olga).get(PAGE).content.decode()
    assert "Mallory" not in exported(as_(olga))


def exported(client, **query):
    return b"".join(client.get("/kunde/12345/zugaenge/protokoll.csv", query).streaming_content).decode()


def test_the_csv_holds_every_line_and_no_formula(acme, olga, ben, as_):
    """Edge 82."""
    ben.first_name, ben.last_name = "=cmd|'/c calc'!A1", ""
    ben.save()
    Membership.objects.filter(user=ben).update(function="+49 30")
    rows = list(csv.reader(io.StringIO(exported(as_(olga)).removeprefix("\ufeff")), delimiter=";"))
    assert rows[0] == ["Wann", "Wer", "Für wen", "Was"]
    assert len(rows) == acme.access_events.count() + 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert rows[1][2].startswith("'=cmd")


def test_a_workbook_holds_the_same_lines_as_texts(acme, olga, ben, as_):
    ben.first_name, ben.last_name = "=cmd|'/c calc'!A1", ""
    ben.save()
    Membership.objects.filter(user=ben).update(function="+49 30")
    content = b"".join(as_(olga).get("/kunde/12345/zugaenge/protokoll.csv", {"format": "xlsx"}).streaming_content)
    rows = cells_of(content)
    assert len(rows) == acme.access_events.count() + 1
    assert {kind for row in rows for kind, _text in row} == {"inlineStr"}
    assert rows[1][2][1] == "=cmd|'/c calc'!A1"


def test_the_csv_keeps_the_filter(olga, ben, dora, as_):
    assert "Dora" not in exported(as_(olga), q="Bauer")
