"""Stand am …: licences, maintenance, people, papers, terms and address as they were at the end of a day."""

import datetime as dt
import io

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from access.models import AccessEvent
from access.rights import Right
from access.store import set_rights
from contracts.models import Document
from contracts.recalling import recall_document
from portal.asof.reading import day_of
from portal.lib.days import today
from portal.models import Change, Paper
from portal.papers.making import finish

from .. import factories as make

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ALL = set(Right.values)
THEN = today() - 10 * DAY


def age(days):
    """All lines of both logs happened so many days ago; what comes after is of today."""
    Change.objects.update(at=timezone.now() - days * DAY)
    with connection.cursor() as cursor:
        # The log takes no changes; its trigger looks away for this one.
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("update access_accessevent set at = %s", [timezone.now() - days * DAY])
        cursor.execute("set local session_replication_role = origin")


@pytest.fixture
def past(acme, olga, deniz, ben):
    """Everything as the fixtures made it stood twenty days ago."""
    acme.licences.get().maintenance.update(ends_on=today() + 300 * DAY)
    age(20)
    return acme


def titles(lines):
    return [line.title for line in lines]


def test_licences_and_maintenance_as_they_were(past):
    licence = past.licences.get()
    was = licence.maintenance.get().ends_on
    licence.seats, licence.kind = 99, "K"
    licence.save()
    licence.maintenance.update(ends_on=was + 400 * DAY)
    make.LicenceFactory(company=past, product=make.ProductFactory(number="7000", name="DOMUS NAVI"))
    (then,) = day_of(past, THEN, ALL).licences
    assert then.title == "DOMUS 4000" and "99" not in then.detail and f"{was:%d.%m.%Y}" in then.state
    assert sorted(titles(day_of(past, today(), ALL).licences)) == ["DOMUS 4000", "DOMUS NAVI"]


def test_a_maintenance_that_was_deleted_is_there_on_the_day_before(past):
    past.licences.get().maintenance.all().delete()
    assert "SPV" in day_of(past, THEN, ALL).licences[0].state
    assert day_of(past, today(), ALL).licences[0].state == "ohne Pflege"


def test_a_licence_is_where_it_was(past, elsewhere):
    """It moved yesterday: on the day before it was here alone, and nothing of that is told to the other."""
    elsewhere.licences.all().delete()
    past.licences.update(company=elsewhere, seats=77)
    assert titles(day_of(past, THEN, ALL).licences) == ["DOMUS 4000"] and day_of(past, today(), ALL).licences == []
    assert day_of(elsewhere, THEN, ALL).licences == []
    assert "77" in day_of(elsewhere, today(), ALL).licences[0].detail
    assert "77" not in day_of(past, THEN, ALL).licences[0].detail


def test_the_address_as_it_was(past):
    past.street, past.name = "Neue Gasse 7", "Sonnenhof Neu GmbH"
    past.save()
    then, now = day_of(past, THEN, set()).address, day_of(past, today(), set()).address
    assert "Lindenallee 1" in then and "Hausverwaltung Sonnenhof GmbH" in then and "Neue Gasse 7" in now


def test_people_with_their_switches(past, ben, deniz):
    set_rights(ben.at[past.number], {Right.DOWNLOADS})
    then = {line.title: line.detail for line in day_of(past, THEN, ALL).people}
    assert then["Ben Bauer"] == "Shop & Bestellungen" and then["Olga Oswald"] == "Lizenzinhaber/in"
    assert {line.title: line.detail for line in day_of(past, today(), ALL).people}["Ben Bauer"] == "Downloads"


def test_who_was_erased_has_no_name(past, ben):
    ben.at[past.number].delete()
    ben.delete()
    names = titles(day_of(past, THEN, ALL).people)
    assert "Ben Bauer" not in names and "eine inzwischen gelöschte Person" in names


def test_documents_of_the_day(past, admin):
    """The version of that day; orders and invoices are counted; what was never theirs is nowhere."""
    kinds = {"SPV": "Pflegevertrag", "RE": "Rechnung", "AVV": "Fremder Vertrag", "UPV": "Falscher Vertrag"}
    papers = {
        kind: make.DocumentFactory(company=past, kind=kind, title=title, dated_on=THEN - 5 * DAY)
        for kind, title in kinds.items()
    }
    make.DocumentFactory(company=past, kind="AGB", title="Von heute", dated_on=today())
    Document.objects.update(filed_at=timezone.now() - 15 * DAY)
    newer = make.DocumentFactory(
        company=past, kind="SPV", title="Neue Fassung", number=papers["SPV"].number, version=2, dated_on=THEN - 5 * DAY
    )
    papers["SPV"].replaced_by = newer
    papers["SPV"].save()
    recall_document(papers["AVV"], recall="company", reason="vertauscht", by=admin)
    recall_document(papers["UPV"], recall="faulty", reason="Tippfehler", by=admin)
    stood = day_of(past, THEN, ALL)
    assert titles(stood.documents) == ["Pflegevertrag", "Falscher Vertrag"] and stood.other_papers == 1
    assert sorted(titles(day_of(past, today(), ALL).documents)) == ["Neue Fassung", "Von heute"]


def test_terms_in_force_and_who_concluded_them(past, olga):
    old = make.TermsFactory(kind="AVV", title="AVV 1", valid_from=THEN - 100 * DAY)
    make.TermsFactory(kind="AVV", title="AVV 2", valid_from=THEN + 2 * DAY)
    moment = timezone.now() - 15 * DAY
    past.acceptances.create(
        terms=old, user=olga, signer_name="Olga Oswald", sha256=old.sha256, is_conclusion=True, accepted_at=moment
    )
    (line,) = day_of(past, THEN, ALL).terms
    assert line.title == "AVV 1" and "Olga Oswald" in line.state
    assert titles(day_of(past, today(), ALL).terms) == ["AVV 2"]


def test_before_the_log_began_nothing_is_guessed(past):
    stood = day_of(past, today() - 25 * DAY, ALL)
    assert not stood.has_rows and not stood.has_people
    assert stood.address is None and stood.licences == [] and stood.people == []


# --- the page and its paper ---


def page(client, company, day, status=200):
    answer = client.get(reverse("as_of", args=[company.number]), {"day": day})
    assert answer.status_code == status
    return answer.content.decode()


def test_the_page_takes_a_day_as_people_write_it(past, olga, as_):
    client = as_(olga)
    text = page(client, past, f"{THEN:%d.%m.%Y}")
    assert "Lindenallee 1" in text and f'value="{THEN:%Y-%m-%d}"' in text
    assert "DOMUS 4000" in page(client, past, f"{THEN:%Y-%m-%d}")
    late = page(client, past, f"{today() - 25 * DAY:%d.%m.%Y}")
    assert f"Das Protokoll beginnt am {today() - 20 * DAY:%d.%m.%Y}" in late


@pytest.mark.parametrize("day", ["2999-01-01", "31.02.2026", "gestern", "0001-01-01", ""])
def test_a_day_that_is_none_is_refused_beside_the_field(past, olga, as_, day):
    text = page(as_(olga), past, day, status=422)
    assert 'id="id_day_error"' in text and (not day or f'value="{day}"' in text)


def test_each_section_is_for_whom_its_right_allows(past, olga, carla, kim, as_):
    age(20)
    day = f"{THEN:%d.%m.%Y}"
    for person, licences, people in ((carla, True, False), (kim, False, False), (olga, True, True)):
        text = page(as_(person), past, day)
        assert "Lindenallee 1" in text
        assert ("DOMUS 4000" in text, "Ben Bauer" in text) == (licences, people)


def test_queries_do_not_grow_with_the_log(past, olga, as_, django_assert_max_num_queries):
    for number in range(30):
        licence = make.LicenceFactory(company=past, product=make.ProductFactory(number=f"P{number}"))
        make.MaintenanceFactory(licence=licence)
    client = as_(olga)
    page(client, past, f"{THEN:%d.%m.%Y}")
    with django_assert_max_num_queries(24):
        page(client, past, f"{THEN:%d.%m.%Y}")


def test_the_paper_says_what_the_asker_may_see(past, carla, as_):
    age(20)
    client = as_(carla)
    client.post(reverse("as_of_paper", args=[past.number]), {"day": f"{THEN:%Y-%m-%d}"})
    paper = Paper.objects.get()
    finish(paper.pk)
    paper.refresh_from_db()
    words = "\n".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(paper.file.read())).pages)
    assert f"{THEN:%d.%m.%Y}" in words and "DOMUS 4000" in words and "Ben Bauer" not in words
    assert paper.rights == [Right.CONTRACTS] and paper.file_name.endswith(f"{THEN:%Y-%m-%d}.pdf")
    assert AccessEvent.objects.exists()
