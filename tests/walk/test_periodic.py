"""One bad row stops no periodic work: the others are done, and the bad one stands in the admin until it is mended."""

import datetime as dt
from functools import wraps
from uuid import uuid4

import pytest
from django.utils import timezone
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

from access.models import AccessRequest, AccessReview, Invitation, Membership, MembershipRight
from access.rights import Right
from accounts.models import DataExport, NameChange
from contracts.models import Acceptance, Document, Terms, unread_documents, unread_invoices
from downloads.models import Release, ReleaseNotice, ReleaseWatch, Upload
from orders.models import Order
from portal.lib.days import today
from portal.models import MailHandover, Paper, Trouble, Wave

from .. import factories as make

pytestmark = pytest.mark.django_db
YESTERDAY, LONG_AGO = dt.timedelta(days=-1), dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
# One statement over all rows, or none of anybody's.
WHOLE = {
    "rescue", "forget_mail", "read_bounces", "count_figures", "check_addresses", "forget_remembered",
    "forget_erp_calls", "call_due_webhooks", "watch_space", "sweep_files", "take_erp_night", "watch_erp_runs",
    "watch_publications",
    "forget_changes", "forget_leftovers",
}  # fmt: skip


@pytest.fixture
def two(acme, elsewhere, ben, mallory):
    """A colleague at each of two companies."""
    user = make.UserFactory(first_name="Mia", last_name="Maier", email="mia@66666.example")
    other = make.MembershipFactory(company=elsewhere, user=user, rights=[Right.SHOP])
    return [ben.at["12345"], other]


def overlooked(two):
    for row in two:
        MailHandover.objects.create(pk=uuid4(), raw=b"x", sender="a@b.example", recipients=[row.user.email])
    MailHandover.objects.update(at=LONG_AGO)
    return lambda: MailHandover.objects.overlooked(timezone.now()).count()


def expired(two):
    Membership.objects.filter(pk__in=[row.pk for row in two]).update(ends_on=today() + YESTERDAY)
    return lambda: Membership.objects.filter(ends_on__lt=today(), expired_for=None).count()


def rights_over(two):
    MembershipRight.objects.all().update(ends_on=today() + YESTERDAY)
    return lambda: MembershipRight.objects.filter(ends_on__lt=today()).count()


def ending(two):
    Membership.objects.filter(pk__in=[row.pk for row in two]).update(ends_on=today() + dt.timedelta(days=14))
    return lambda: Membership.objects.filter(reminded_for=None, ends_on__gt=today()).count()


def unanswered(two):
    for row in two:
        row.requests.create(right=Right.CONTRACTS)
    AccessRequest.objects.update(created_at=LONG_AGO)
    return lambda: AccessRequest.objects.filter(escalated_at=None).count()


def unread(two):
    for row in two:
        make.DocumentFactory(company=row.company, kind="RE")
    return lambda: unread_invoices().count()


def without_text(two):
    for row in two:
        make.DocumentFactory(company=row.company)
    return lambda: unread_documents().count()


def never_accepted(two):
    for row in two:
        Invitation.issue(row, by=row.company.memberships.holders().first().user)
    Membership.objects.filter(pk__in=[row.pk for row in two]).update(accepted_at=None, created_at=LONG_AGO)
    Invitation.objects.update(expires_at=LONG_AGO)
    return lambda: Membership.objects.filter(accepted_at=None).count()


def unreviewed(two):
    Membership.objects.update(accepted_at=LONG_AGO)
    return lambda: 2 - AccessReview.objects.count()


def new_releases(two):
    for version in ("27.1", "27.2"):
        release = make.ReleaseFactory(version=version, product=two[0].company.licences.get().product)
        make.ReleaseFileFactory(release=release)
    return lambda: Release.objects.filter(announced_at=None).count()


def watchers(two):
    product = two[0].company.licences.get().product
    for _person in range(2):
        row = make.MembershipFactory(company=two[0].company, user=make.UserFactory(), rights=[Right.DOWNLOADS])
        ReleaseWatch.toggle(row.company, row.user, product, wanted=True)
    release = make.ReleaseFactory(version="27.1", product=product, released_on=today())
    make.ReleaseFileFactory(release=release)
    return lambda: 2 - ReleaseNotice.objects.count()


def recalled(two):
    new_releases(two)
    Release.objects.update(withdrawn_on=today(), announced_at=timezone.now())
    return lambda: Release.objects.filter(recall_told_at=None).count()


def abandoned(two, settings):
    release = make.ReleaseFactory(product=two[0].company.licences.get().product)
    for name in ("a.zip", "b.zip"):
        Upload.objects.create(release=release, file_name=name, size=5, title=name, started_by=two[0].user)
    Upload.objects.update(updated_at=LONG_AGO)
    return Upload.objects.count


def renamed(two):
    for row in two:
        change = make.NameChangeFactory(company=row.company, asked_by=row.user)
        NameChange.objects.filter(pk=change.pk).update(state="accepted", effective_on=today())
    return lambda: NameChange.objects.filter(applied_at=None).count()


def old_exports(two):
    for row in two:
        DataExport.objects.create(user=row.user, ready_at=LONG_AGO)
    return DataExport.objects.count


def old_documents(two):
    for row in two:
        make.DocumentFactory(company=row.company, dated_on=dt.date(2001, 1, 1), kind=Document.Kind.INVOICE)
    return lambda: Document.objects.filter(deleted_at=None).count()


def unconfirmed(two):
    for number, row in enumerate(two):
        order = make.OrderFactory(company=row.company, ordered_by=row.user, number=f"TSA-{number}", state="accepted")
        make.OrderLineFactory(order=order, position=1)
        order.events.create(state="accepted", at=timezone.now() - dt.timedelta(hours=2))
    return Order.objects.unconfirmed(timezone.now()).count


def unanswered_offers(two):
    for number, row in enumerate(two):
        order = make.OrderFactory(company=row.company, ordered_by=row.user, number=f"TSA-{number}", state="offered")
        make.OrderLineFactory(order=order, position=1, state="declined", reason="Ausverkauft")
        order.events.create(state="offered", at=timezone.now() - dt.timedelta(days=8))
    return Order.objects.unanswered(timezone.now()).count


def unfiled(two):
    terms = make.TermsFactory(kind=Terms.Kind.AVV)
    for row in two:
        row.company.acceptances.create(
            terms=terms, user=row.user, signer_name="x", sha256=terms.sha256, is_conclusion=True, accepted_at=LONG_AGO
        )
    return Acceptance.objects.filter(document=None).count


def weekly(two):
    Membership.objects.filter(pk__in=[row.pk for row in two]).update(weekly_mail=True)
    return lambda: Membership.objects.filter(weekly_mail=True, weekly_sent_on=None).count()


def unmade_exports(two):
    for row in two:
        DataExport.objects.create(user=row.user, asked_at=LONG_AGO)
    return DataExport.objects.filter(ready_at=None).count


def unmade_papers(two):
    for row in two:
        Paper.objects.create(company=row.company, asked_by=row.user, kind="holdings", language="de")
    Membership.objects.update(is_holder=True)
    Paper.objects.update(asked_at=LONG_AGO)
    return Paper.objects.filter(made_at=None).count


def waves(two):
    wave = Wave.objects.create(name="Welle", pace=3600, key=uuid4())
    for row in two:
        row.is_holder = True
        row.save()
        wave.members.create(company=row.company, user=row.user)
    return wave.members.waiting().count


ROWS = [
    ("send_waves", "portal.rolling_out._actor", waves),
    ("send_overlooked", "portal.tasks._send_overlooked", overlooked),
    ("make_missing_confirmations", "orders.tasks.for_paper", unconfirmed),
    ("remind_of_offers", "orders.mails.mail_offer", unanswered_offers),
    ("make_missing_agreements", "contracts.mails.mail_agreement", unfiled),
    ("read_invoices", "contracts.invoices.reading._read", unread),
    ("read_texts", "contracts.texts.reading._opened", without_text),
    ("make_missing_exports", "accounts.mails.mail_export_ready", unmade_exports),
    ("access_by_date", "access.mails.mail_expired", expired),
    ("access_by_date", "access.mails.mail_right_over", rights_over),
    ("access_by_date", "access.mails.mail_reminder", ending),
    ("access_by_date", "access.tasks.escalate", unanswered),
    ("access_by_date", "access.tasks.delete_membership", never_accepted),
    ("access_by_date", "access.tasks.open_review", unreviewed),
    ("downloads_by_time", "downloads.announcing._announce", new_releases),
    ("downloads_by_time", "downloads.mails.mail_new_release", watchers),
    ("downloads_by_time", "downloads.announcing.tell_recalled", recalled),
    ("downloads_by_time", "downloads.publishing._forget_upload", abandoned),
    ("accounts_by_date", "accounts.mails.mail_name_change_applied", renamed),
    ("accounts_by_date", "accounts.tasks._forget_export", old_exports),
    ("delete_documents", "contracts.retention._delete", old_documents),
    ("papers_by_date", "portal.papers.tasks.finish", unmade_papers),
    ("mail_weekly", "portal.tasks.mail_waiting", weekly),
]
# Each step of a periodic work by itself: what stands before the other work, and the other work's rows.
STEPS = [
    ("access_by_date", "access.tasks.note_expired", unanswered),
    ("downloads_by_time", "downloads.tasks.announce_due", recalled),
    ("accounts_by_date", "accounts.tasks.apply_due", old_exports),
]


def break_first(monkeypatch, path):
    """The first row that comes to it fails, now and ever after."""
    real, bad = import_string(path), []

    @wraps(real)
    def broken(*args, **more):
        key = [(type(row).__name__, getattr(row, "pk", row)) for row in args if not isinstance(row, bytes)]
        bad.append(key)
        if key == bad[0]:
            raise RuntimeError("Zeile\nkaputt")
        return real(*args, **more)

    monkeypatch.setattr(path, broken)


def build(rows, two, settings):
    return rows(two, settings) if rows is abandoned else rows(two)


def test_every_periodic_work_is_looked_at_here():
    known = {task for task, _path, _rows in ROWS} | WHOLE
    assert {name for name, _id in app.periodic_registry.periodic_tasks} == known


@pytest.mark.parametrize("task, path, rows", ROWS, ids=lambda part: part if isinstance(part, str) else "")
def test_a_bad_row_stops_no_other(task, path, rows, two, monkeypatch, settings, admin, as_, caplog):
    left = build(rows, two, settings)
    assert left() == 2
    with monkeypatch.context() as patch:
        break_first(patch, path)
        app.tasks[task].func(timestamp=0)
        assert left() == 1
        (trouble,) = Trouble.objects.all()
        assert trouble.reason == "RuntimeError: Zeile kaputt" and trouble.row and "RuntimeError" in caplog.text
        app.tasks[task].func(timestamp=0)
        assert Trouble.objects.get().tries == 2, "noted once, counted"
        assert trouble.row in as_(admin).get("/admin/portal/trouble/").content.decode()
    app.tasks[task].func(timestamp=0)
    assert left() == 0 and not Trouble.objects.exists()


@pytest.mark.parametrize("task, path, rows", STEPS, ids=lambda part: part if isinstance(part, str) else "")
def test_a_work_that_fails_whole_stops_no_other(task, path, rows, two, monkeypatch, settings):
    left = build(rows, two, settings)
    break_first(monkeypatch, path)
    app.tasks[task].func(timestamp=0)
    assert left() == 0
    assert Trouble.objects.get().row == ""
