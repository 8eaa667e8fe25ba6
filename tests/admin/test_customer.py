"""The customer's page: reads first, each tab for who may see it, each thing with its action, and quick."""

import datetime as dt
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from access.acting import Actor
from access.models import AccessEvent
from access.rights import Right
from access.switches import Wish, save_switches
from accounts.models import CompanyNote
from accounts.tasks import forget_notes
from orders.models import Order
from portal.lib.days import today
from portal.models import MailHandover
from portal.staff.customer.page import TABS
from portal.staff.customer.urls import ROUTES

from .. import factories as make
from ..walk.test_budgets import fill
from .test_admin import client_of  # noqa: F401 - fixture

# session and person; the head; what a tab reads beside it.
FRAME, TAB = 3, 4
NAMES = [tab.name for tab in TABS]


def at(company, name="customer", *more):
    return reverse(f"admin:{name}", args=[company.pk, *more])


def text(client, url, **data):
    page = client.get(url, data)
    assert page.status_code == 200
    return page.content.decode()


# --- who may open what ---

#                     super Vertrieb Support Katalog  ben  nobody
SEES = {
    "customer":            [200, 200, 200, 403, 302, 302],
    "customer_people":     [200, 200, 200, 403, 302, 302],
    "customer_licences":   [200, 200, 200, 403, 302, 302],
    "customer_orders":     [200, 200, 200, 403, 302, 302],
    "customer_documents":  [200, 200, 200, 403, 302, 302],
    "customer_downloads":  [200, 200, 200, 403, 302, 302],
    "customer_log":        [200, 200, 200, 403, 302, 302],
    "customer_mails":      [200, 200, 200, 403, 302, 302],
    "customer_block":      [200, 200, 403, 403, 302, 302],
    "customer_look":       [200, 200, 200, 403, 302, 302],
    "customer_order":      [200, 200, 403, 403, 302, 302],
    "customer_article":    [200, 200, 200, 403, 302, 302],
    "customer_allowed":    [200, 200, 200, 403, 302, 302],
    "customer_paper":      [405, 405, 405, 405, 302, 302],
    "customer_note_create": [405, 405, 405, 405, 302, 302],
    "customer_note_delete": [405, 405, 405, 405, 302, 302],
    "customer_invitation": [302, 302, 403, 403, 302, 302],
    "person":              [200, 200, 200, 403, 302, 302],
}  # fmt: skip
# What a POST with nothing in it answers.
SENDS = {
    "customer_people":     [302, 302, 200, 403, 302, 302],
    "customer_block":      [302, 302, 403, 403, 302, 302],
    "customer_look":       [422, 422, 422, 403, 302, 302],
    "customer_order":      [200, 200, 403, 403, 302, 302],
    "customer_paper":      [302, 302, 403, 403, 302, 302],
    "customer_note_create": [422, 422, 422, 403, 302, 302],
    "customer_note_delete": [302, 403, 403, 403, 302, 302],
    "customer_invitation": [302, 302, 403, 403, 302, 302],
    "person":              [302, 302, 403, 403, 302, 302],
}  # fmt: skip


@pytest.fixture
def six(client_of, as_, ben):  # noqa: F811
    return [client_of(), client_of("Vertrieb"), client_of("Support"), client_of("Katalog"), as_(ben), as_(None)]


@pytest.fixture
def address(acme, olga, nils, admin):
    note = acme.notes.create(text="Ruft gern morgens an.", author=admin, author_name="Ada Admin")
    more = {"customer_note_delete": [acme.pk, note.pk], "customer_invitation": [acme.pk, nils.at[acme.number].pk]}
    more["person"] = [olga.pk]
    return lambda name: reverse(f"admin:{name}", args=more.get(name, [acme.pk]))


@pytest.mark.parametrize("name", SEES)
def test_who_may_open(name, six, address):
    assert [client.get(address(name)).status_code for client in six] == SEES[name]


@pytest.mark.parametrize("name", SENDS)
def test_who_may_send(name, six, address, acme):
    got = []
    for client in six:
        got.append(client.post(address(name)).status_code)
        if name == "customer_note_delete" and not acme.notes.exists():
            acme.notes.create(pk=int(address(name).split("/")[-3]), text="x", author=None, author_name="Ada")
    assert got == SENDS[name]


def test_the_table_names_every_address():
    assert {name for _route, _view, name in ROUTES} | {"person"} == set(SEES)


def test_who_is_not_there_is_not_found(client_of):  # noqa: F811
    client = client_of()
    for name in NAMES:
        assert client.get(reverse(f"admin:{name}", args=[999999])).status_code == 404
    assert client.get(reverse("admin:person", args=[999999])).status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "³"])
def test_no_page_number_breaks_a_list(page, client_of, acme):  # noqa: F811
    assert client_of().get(at(acme, "customer_orders"), {"page": page}).status_code == 200


# --- what stands on it ---


def test_the_head_says_who_how_and_whom_to_call(client_of, acme, olga):  # noqa: F811
    make.TermsFactory(kind="AVV")
    acme.uses_homecase, acme.phone = True, "+49 89 4520170"
    acme.save()
    licence = acme.licences.get()
    licence.maintenance.update(ends_on=today() + dt.timedelta(days=30))
    page = text(client_of(), at(acme))
    for words in ("12345", "AVV offen", "Pflege DOMUS 4000 bis", "HOMECASE verbunden", "Olga Oswald", olga.email,
                  "+49 89 4520170", "Bearbeiten", "Einladen", "Sperren"):  # fmt: skip
        assert words in page, words
    assert "chip-wait" in page and "gesperrt" not in page
    acme.is_blocked, acme.ended_on = True, today() - dt.timedelta(days=1)
    acme.save()
    page = text(client_of(), at(acme))
    assert "gesperrt" in page and "beendet am" in page


def test_support_reads_and_is_not_offered_what_it_may_not(client_of, acme, olga):  # noqa: F811
    page = text(client_of("Support"), at(acme))
    assert "Sperren" not in page and ">Bearbeiten<" not in page and "Olga Oswald" in page


def test_what_waits_leads_to_its_decision(client_of, acme, ben):  # noqa: F811
    order = make.OrderFactory(company=acme, ordered_by=ben, number="TSA-7")
    make.OrderLineFactory(order=order, name="Zusatzmodul Mahnwesen")
    make.OrderLineFactory(order=order, name="Zusatzmodul Technik")
    page = text(client_of(), at(acme))
    assert reverse("admin:orders_order_decide", args=[order.pk]) in page
    assert "Zusatzmodul Mahnwesen" in page and "und 1 weitere" in page
    assert "Bestellung annehmen" not in text(client_of("Support"), at(acme)), "Support decides nothing"


def test_licences_along_the_years(client_of, acme):  # noqa: F811
    licence = acme.licences.get()
    client = client_of()

    def row_with(ends_on):
        licence.maintenance.update(ends_on=ends_on)
        (row,) = client.get(at(acme)).context["picture"].rows
        return row

    row = row_with(dt.date(today().year + 1, 6, 30))
    assert (row.holding.word, row.holding.until, row.holding.tone) == ("SPV", dt.date(today().year + 1, 6, 30), "ok")
    row = row_with(dt.date(9999, 12, 31))
    assert row.holding.until is None and row.bars[-1].width == "100.00%"
    row = row_with(today() + dt.timedelta(days=10))
    assert row.holding.tone == "wait" and row.bars[-1].kind == "soon"


def test_documents_downloads_and_passes(client_of, acme, olga, dora):  # noqa: F811
    document = make.DocumentFactory(company=acme, title="Auftragsbestätigung 7")
    make.DocumentFactory(title="Fremdes Papier")
    make.DownloadFactory(company=acme, user=dora)
    make.PassFactory(company=acme, given_by=olga)
    client = client_of()
    page = text(client, at(acme, "customer_documents"))
    assert document.title in page and "Fremdes Papier" not in page
    assert document.title not in text(client, at(acme, "customer_documents"), q="gibtesnicht")
    page = text(client, at(acme, "customer_downloads"))
    assert "Dora Dietz" in page and "Timo Techniker" in page


def test_the_log_has_the_names_that_customers_do_not_read(client_of, admin, acme, ben):  # noqa: F811
    row = ben.at[acme.number]
    save_switches(Actor.staff(admin, acme.pk), {row.pk: Wish(row.version, on=frozenset({Right.DOWNLOADS}))})
    client = client_of("Support")
    page = text(client, at(acme, "customer_log"))
    assert "Ada Admin" in page and "Ben Bauer" in page
    assert "Ada Admin" not in text(client, at(acme, "customer_log"), q="Olga Oswald")


def test_mails_of_the_customer_and_no_others(client_of, acme, ben):  # noqa: F811
    rows = [(ben.email, {"user": ben}), (acme.email, {"company": acme}), ("fremd@anderswo.example", {})]
    for number, (address, more) in enumerate(rows):
        MailHandover.objects.create(pk=UUID(int=number), recipients=[address], state="sent", **more)
    page = text(client_of(), at(acme, "customer_mails"))
    assert ben.email in page and acme.email in page and "anderswo" not in page


# --- done here ---


def people_post(page, **changes):
    """What a browser would send of the people's table."""
    sent = {"row": []}
    for row in page.context["page"].rows:
        if not row.membership.is_holder:
            sent["row"].append(row.sent)
            sent |= {switch.name: "1" for switch in row.switches if switch.is_on}
    return sent | changes


def test_switches_are_turned_by_the_same_verb(client_of, admin, acme, olga, ben):  # noqa: F811
    client, row = client_of(), ben.at[acme.number]
    sent = people_post(client.get(at(acme, "customer_people")), **{f"right-{row.pk}-{Right.DOWNLOADS}": "1"})
    del sent[f"right-{row.pk}-{Right.SHOP}"]
    page = client.post(at(acme, "customer_people"), sent, follow=True).content.decode()
    row.refresh_from_db()
    row.forget_granted()
    assert row.granted == {Right.DOWNLOADS} and "Ben Bauer: Downloads" in page
    kinds = set(AccessEvent.objects.filter(person=ben, actor=admin).values_list("kind", flat=True))
    assert kinds == {"switched_on", "switched_off"}
    # The page from before is refused, and shows what was wanted.
    row.rights.all().delete()
    row.version += 1
    row.save()
    sent[f"right-{row.pk}-{Right.CONTRACTS}"] = "1"
    answer = client.post(at(acme, "customer_people"), sent)
    assert answer.status_code == 409 and "Inzwischen hat jemand" in answer.content.decode()


def test_nobody_turns_switches_of_another_customer_here(client_of, acme, olga, elsewhere):  # noqa: F811
    foreign = make.MembershipFactory(company=elsewhere)
    sent = {"row": f"{foreign.pk}:1:", f"right-{foreign.pk}-{Right.SHOP}": "1"}
    assert client_of().post(at(acme, "customer_people"), sent).status_code == 409
    assert not foreign.granted
    assert client_of().post(at(acme, "customer_people"), {"row": "nonsense"}).status_code == 400


def test_the_invitation_again(client_of, acme, nils):  # noqa: F811
    row = nils.at[acme.number]
    answer = client_of().post(at(acme, "customer_invitation", row.pk), follow=True)
    assert nils.email in answer.content.decode() and row.invitations.count() == 1


def test_blocking_asks_and_opens_again(client_of, acme, olga):  # noqa: F811
    client = client_of()
    assert "1 Person wird" in text(client, at(acme, "customer_block"))
    client.post(at(acme, "customer_block"), {"to": "blocked"})
    acme.refresh_from_db()
    assert acme.is_blocked
    client.post(at(acme, "customer_block"), {"to": "open"})
    acme.refresh_from_db()
    assert not acme.is_blocked
    assert AccessEvent.objects.filter(company=acme, kind__in=["company_blocked", "company_opened"]).count() == 2


def test_notes_are_internal_dated_and_go(client_of, as_, admin, acme, olga):  # noqa: F811
    client = client_of()
    client.post(at(acme, "customer_note_create"), {"text": "Rückruf durch Herrn Demir, KW 3."})
    note = acme.notes.get()
    assert (note.author, note.author_name) == (admin, "Ada Admin")
    assert "Rückruf durch Herrn Demir" in text(client, at(acme))
    for name in ("start", "account", "people_list", "access_log", "support"):
        assert "Rückruf durch" not in as_(olga).get(reverse(name, args=[acme.number])).content.decode()
    other = client_of("Vertrieb")
    assert other.post(at(acme, "customer_note_delete", note.pk)).status_code == 403, "another one's note"
    assert other.post(at(acme, "customer_note_create"), {"text": "  "}).status_code == 422
    assert client.post(at(acme, "customer_note_delete", note.pk)).status_code == 302
    assert not acme.notes.exists()


def test_notes_go_after_full_calendar_years(acme, settings):
    for years in (settings.NOTE_YEARS, settings.NOTE_YEARS + 1):
        written = timezone.make_aware(dt.datetime(today().year - years, 6, 1))
        CompanyNote.objects.create(company=acme, text=str(years), author_name="Ada", written_at=written)
    forget_notes()
    assert [note.text for note in acme.notes.all()] == [str(settings.NOTE_YEARS)]


# --- quick ---


@pytest.mark.parametrize("count", [3, 60])
def test_queries_of_each_tab(count, client_of, acme, olga, deniz, django_assert_max_num_queries):  # noqa: F811
    fill(acme, deniz, count)
    for number in range(count):
        make.LicenceFactory(company=acme, product__number=str(number))
        acme.notes.create(text=f"Notiz {number}", author_name="Ada")
        make.OrderFactory(company=acme, state=Order.State.WAITING)
    client = client_of()
    for name in NAMES:
        client.get(at(acme, name))
        with django_assert_max_num_queries(FRAME + TAB, info=name):
            assert client.get(at(acme, name)).status_code == 200
