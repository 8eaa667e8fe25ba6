"""Decide pages of what waits: the next step on top, nothing offered that is refused, and who was quicker is shown."""

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from access.asking import ask_for
from access.models import Membership
from access.rights import Right
from downloads import publishing
from downloads.models import ReleaseFile, Upload
from downloads.models.upload import quarantine
from portal.lib.days import today

from .. import factories as make
from .test_admin import client_of  # noqa: F401 - fixture

pytestmark = pytest.mark.django_db
BYTES = b"PK..not nice"


def decide_url(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_decide", args=[row.pk])


def text(answer):
    return answer.content.decode()


# --- a file in quarantine ---


class Scanner:
    """One that finds what it is told to."""

    found = ""

    def __init__(self, address):
        self.address = address

    def __enter__(self):
        return self

    def __exit__(self, *args):
        return None

    def feed(self, piece):
        pass

    def verdict(self):
        return self.found


@pytest.fixture
def upload(acme, admin):
    release = make.ReleaseFactory(product=acme.licences.first().product)
    upload = Upload.objects.create(
        release=release, title="Setup", file_name="setup.zip", size=len(BYTES), received=len(BYTES),
        state="quarantined", problem="Eicar", started_by=admin,
    )  # fmt: skip
    (quarantine() / upload.pk.hex).write_bytes(BYTES)
    return upload


@pytest.fixture
def scanner(monkeypatch, settings):
    settings.CLAMAV_ADDRESS = "tcp://127.0.0.1:1"
    monkeypatch.setattr(publishing, "Scanner", Scanner)


def test_without_a_scanner_a_file_in_quarantine_can_only_be_discarded(upload, client_of, settings):  # noqa: F811
    settings.CLAMAV_ADDRESS = ""
    staff = client_of("Katalog")
    page = text(staff.get(decide_url(upload)))
    assert "kein Virenscanner eingerichtet" in page and "Eicar" in page
    assert 'name="accept"' not in page and 'name="decline"' in page
    assert "kein Virenscanner eingerichtet" in text(staff.post(decide_url(upload), {"accept": "1"}))
    upload.refresh_from_db()
    assert upload.state == "quarantined" and (quarantine() / upload.pk.hex).read_bytes() == BYTES


@pytest.mark.parametrize("found, state, files", [("", "done", 1), ("Eicar", "quarantined", 0)])
def test_looked_at_again_the_scanner_decides(found, state, files, upload, scanner, client_of, monkeypatch):  # noqa: F811
    monkeypatch.setattr(Scanner, "found", found)
    assert client_of("Katalog").post(decide_url(upload), {"accept": "1"}).status_code == 302
    upload.refresh_from_db()
    assert upload.state == "checking" and not (quarantine() / upload.pk.hex).exists()
    assert not ReleaseFile.objects.exists(), "nothing is published before the scanner's word"
    publishing.check(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, ReleaseFile.objects.count()) == (state, files)
    assert (quarantine() / upload.pk.hex).exists() == (state == "quarantined")


def test_a_file_that_is_gone_from_quarantine_stays_where_it_is(upload, scanner, client_of):  # noqa: F811
    (quarantine() / upload.pk.hex).unlink()
    assert "nicht mehr in der Quarantäne" in text(client_of().post(decide_url(upload), {"accept": "1"}))
    assert Upload.objects.get().state == "quarantined"


def test_a_discarded_file_is_deleted_and_who_comes_later_reads_it(
    upload,
    scanner,
    client_of,  # noqa: F811
    django_capture_on_commit_callbacks,
):
    staff = client_of()
    with django_capture_on_commit_callbacks(execute=True):
        staff.post(decide_url(upload), {"decline": "1", "reason": "Neu gebaut"})
    upload.refresh_from_db()
    assert (upload.state, upload.problem) == ("refused", "Eicar · Neu gebaut")
    assert not (quarantine() / upload.pk.hex).exists() and not upload.part.exists()
    for late in ({"accept": "1"}, {"decline": "1"}):
        page = text(staff.post(decide_url(upload), late))
        assert "wurde schon entschieden" in page and "Neu gebaut" in page and 'name="accept"' not in page
    assert Upload.objects.get().state == "refused"


# --- a request for a permission ---


@pytest.fixture
def asked(acme, olga, dora):
    request, _new = ask_for(dora.at[acme.number], Right.SHOP)
    mail.outbox.clear()
    return request


@pytest.fixture
def escalated(asked):
    asked.escalated_at = timezone.now()
    asked.save()
    return asked


def test_the_company_s_own_time_is_not_the_vendor_s(asked, dora, client_of):  # noqa: F811
    staff = client_of("Vertrieb")
    page = text(staff.get(decide_url(asked)))
    assert "noch Zeit" in page and 'name="accept"' not in page and 'name="decline"' not in page
    assert "noch Zeit" in text(staff.post(decide_url(asked), {"accept": "1"}))
    assert Right.SHOP not in Membership.objects.get(user=dora).granted


def test_a_yes_until_a_day(escalated, dora, client_of):  # noqa: F811
    staff, day = client_of("Vertrieb"), today() + dt.timedelta(days=30)
    page = text(staff.get(decide_url(escalated)))
    assert "Dora Dietz" in page and dora.email in page and "Sonnenhof" in page
    assert "heute oder einen späteren Tag" in text(
        staff.post(decide_url(escalated), {"accept": "1", "until": "2020-01-01"})
    )
    assert staff.post(decide_url(escalated), {"accept": "1", "until": day.isoformat()}).status_code == 302
    row = dora.at["12345"].rights.get(permission__codename=Right.SHOP)
    assert row.ends_on == day and [message.to for message in mail.outbox] == [[dora.email]]


def test_a_no_with_its_reason_and_who_comes_later_reads_it(escalated, dora, client_of):  # noqa: F811
    staff = client_of("Vertrieb")
    staff.post(decide_url(escalated), {"decline": "1", "reason": "Bitte Frau Oswald fragen."})
    assert "Bitte Frau Oswald fragen." in mail.outbox[0].body
    page = text(staff.post(decide_url(escalated), {"accept": "1"}))
    assert "schon beantwortet" in page and "Bitte Frau Oswald fragen." in page and 'name="accept"' not in page
    assert Right.SHOP not in Membership.objects.get(user=dora).granted


def test_who_has_become_licence_holder_is_granted_nothing(escalated, dora, client_of):  # noqa: F811
    Membership.objects.filter(user=dora).update(is_holder=True)
    page = text(client_of("Vertrieb").get(decide_url(escalated)))
    assert "Lizenzinhaber" in page and 'name="accept"' not in page
