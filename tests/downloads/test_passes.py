"""IT partner passes: a version for a technician, by mail, for some days."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from access.acting import Actor
from access.ending import remove, suspend
from downloads.announcing import count_loaders
from downloads.models import Download, DownloadPass
from downloads.passing import CODES_IN_ALL, end_passes_of
from downloads.tasks import run
from portal.lib.days import today
from portal.lib.logs import TOKEN

from .. import factories as make

CONTENT = b"PK\x03\x04 a program" * 1000


@pytest.fixture
def file(acme):
    release = make.ReleaseFactory(product=acme.licences.get().product, version="26.1")
    return make.ReleaseFileFactory(release=release)


@pytest.fixture
def given(acme, dora, as_, file, mailoutbox):
    """Dora hands 26.1 to Timo. Gives the address in the mail."""
    form = {"name": "Timo Techniker", "email": "timo@it.example", "days": 3, "max_downloads": 2, "language": "de"}
    answer = as_(dora).post(reverse("pass_create", args=[acme.number, file.release_id]), form)
    assert answer.status_code == 302
    (mail,) = mailoutbox
    assert mail.to == ["timo@it.example"] and "Dora Dietz" in mail.body and "Timo Techniker" in mail.body
    mailoutbox.clear()
    return re.search(r"http://\S+(/pass/[\w-]{20,}/)", mail.body)[1]


@pytest.fixture
def timo(client):
    """A browser without any login."""
    return client


def code_from(mailoutbox):
    mail = mailoutbox.pop()
    assert mail.to == ["timo@it.example"]
    return re.search(r"^(\d{6})$", mail.body, re.M)[1]


def opened(timo, address, mailoutbox):
    timo.post(address)
    return timo.post(address, {"code": code_from(mailoutbox)}, follow=True)


def load(timo, address, file, **headers):
    return timo.get(f"{address}datei/{file.pk}/", headers=headers)


def body(answer):
    return b"".join(answer.streaming_content)


def test_link_then_code_then_files_counted_and_logged(given, timo, file, acme, dora, as_, mailoutbox):
    page = timo.get(given)
    assert page.status_code == 200 and mailoutbox == [], "opening alone mails nothing: scanners open links too"
    assert page.headers["Referrer-Policy"] == "strict-origin" and "no-store" in page.headers["Cache-Control"]
    text = page.content.decode()
    assert "t•••@it.example" in text and file.sha256 not in text and acme.number not in text
    assert load(timo, given, file).url == given, "no file without the code"
    assert file.sha256 in opened(timo, given, mailoutbox).content.decode()

    first = load(timo, given, file)
    assert body(first) == CONTENT and first.headers["Content-Disposition"].startswith("attachment")
    for start in (100, 1000):
        assert load(timo, given, file, range=f"bytes={start}-").status_code == 206
    load(timo, given, file, range="bytes=99999999-")
    assert Download.objects.get().by_pass == DownloadPass.objects.get()
    log = as_(dora).get(reverse("pass_detail", args=[acme.number, DownloadPass.objects.get().pk])).content.decode()
    for line in (
        "weitergegeben und gesendet",
        "Code gesendet",
        "mit dem Code geöffnet",
        "heruntergeladen",
        file.file_name,
    ):
        assert line in log
    assert "1 von 2 Downloads" in as_(dora).get(reverse("pass_list", args=[acme.number])).content.decode()


def test_token_and_code_are_nowhere_in_the_database_or_log(given, timo, mailoutbox):
    timo.post(given)
    code, token = code_from(mailoutbox), given.split("/")[2]
    row = DownloadPass.objects.values().get()
    assert token not in str(row) and code not in str(row)
    assert token not in TOKEN.sub(r"/\1/…", f"GET {given} 200")


def test_the_count_ends_but_what_has_begun_may_resume(given, timo, file, mailoutbox):
    more = [make.ReleaseFileFactory(release=file.release, file_name=f"{n}.zip") for n in "ab"]
    opened(timo, given, mailoutbox)
    assert [load(timo, given, one).status_code for one in (file, *more)] == [200, 200, 410]
    assert load(timo, given, file, range="bytes=50-").status_code == 206


def test_codes_are_few_short_lived_and_work_once(given, timo, file, mailoutbox, client):
    timo.post(given)
    code = code_from(mailoutbox)
    assert "Minute" in timo.post(given).content.decode() and mailoutbox == [], "not one mail after another"
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _try in range(5):
        answer = timo.post(given, {"code": wrong})
        assert "nicht der Code" in answer.content.decode() and file.sha256 not in answer.content.decode()
    assert "abgelaufen" in timo.post(given, {"code": code}).content.decode(), "five wrong tries kill the right one"
    row = DownloadPass.objects.get()
    row.events.update(at=timezone.now() - dt.timedelta(minutes=2))
    timo.post(given)
    code = code_from(mailoutbox)
    DownloadPass.objects.update(code_until=timezone.now())
    assert "abgelaufen" in timo.post(given, {"code": code}).content.decode()
    row.events.update(at=timezone.now() - dt.timedelta(minutes=2))
    timo.post(given)
    code = code_from(mailoutbox)
    assert file.sha256 in timo.post(given, {"code": f" {code[:3]} {code[3:]} "}, follow=True).content.decode()
    other = type(client)()
    assert "abgelaufen" in other.post(given, {"code": code}).content.decode(), "another browser needs its own code"
    for _code in range(CODES_IN_ALL):
        row.note("code")
    row.events.update(at=timezone.now() - dt.timedelta(hours=2))
    assert "Zu viele Codes" in other.post(given).content.decode()


ENDINGS = {
    "taken back": ("revoke", "zurückgenommen"),
    "over": ("expire", "abgelaufen"),
    "the licence": ("licence", "darf diese Version nicht mehr herunterladen"),
    "withdrawn": ("withdraw", "darf diese Version nicht mehr herunterladen"),
    "the giver's right": ("right", "darf für die Firma keine Programme mehr herunterladen"),
    "the company is blocked": ("block", "darf für die Firma keine Programme mehr herunterladen"),
    "the giver is suspended": ("suspend", "zurückgenommen"),
    "the giver is removed": ("remove", "zurückgenommen"),
}


@pytest.mark.parametrize("how, sentence", ENDINGS.values(), ids=ENDINGS.keys())
def test_what_ends_a_pass_ends_it_at_the_next_click(
    how, sentence, given, timo, file, acme, olga, dora, as_, mailoutbox
):
    opened(timo, given, mailoutbox)
    assert load(timo, given, file).status_code == 200
    row, holder, giver = DownloadPass.objects.get(), olga.at[acme.number], dora.at[acme.number]
    if how == "revoke":
        as_(olga).post(reverse("pass_revoke", args=[acme.number, row.pk]))
    elif how == "expire":
        DownloadPass.objects.update(expires_at=timezone.now())
    elif how == "licence":
        acme.licences.get().maintenance.update(ends_on=dt.date(2021, 1, 1))
    elif how == "withdraw":
        file.release.withdrawn_on = today()
        file.release.save()
    elif how == "right":
        giver.rights.all().delete()
    elif how == "block":
        acme.is_blocked = True
        acme.save()
    else:
        {"suspend": suspend, "remove": remove}[how](Actor.member(holder), giver)
    for answer in (load(timo, given, file), timo.get(given), timo.post(given)):
        assert answer.status_code == 410
        assert sentence in answer.content.decode()


def test_only_passes_of_that_person_at_that_company_end(acme, elsewhere, dora, olga, file):
    hers = make.PassFactory(company=acme, given_by=dora, release=file.release)
    others = [
        make.PassFactory(company=acme, given_by=olga, release=file.release),
        make.PassFactory(company=elsewhere, given_by=dora, release=file.release),
    ]
    end_passes_of(dora.at[acme.number], by=olga)
    ended = set(DownloadPass.objects.exclude(revoked_at=None).values_list("pk", flat=True))
    assert ended == {hers.pk} and others


@pytest.mark.parametrize(
    "bad, sentence",
    [
        ({"email": "timo@"}, "E-Mail"),
        ({"days": "15"}, "14"),
        ({"days": "0"}, "1"),
        ({"max_downloads": "21"}, "20"),
        ({"language": "xx"}, "xx"),
        ({"name": ""}, "Dieses Feld"),
    ],
)
def test_what_is_typed_wrong_is_said_and_kept(bad, sentence, acme, dora, as_, file, mailoutbox):
    form = {"name": "Timo", "email": "timo@it.example", "days": 3, "max_downloads": 2, "language": "de", **bad}
    page = as_(dora).post(reverse("pass_create", args=[acme.number, file.release_id]), form).content.decode()
    assert "form-errors" in page and sentence in page and ('value="Timo"' in page or "name" in bad)
    assert not DownloadPass.objects.exists() and mailoutbox == []


def test_what_the_company_may_not_load_cannot_be_handed_on(acme, dora, as_):
    new = make.ReleaseFactory(product=make.ProductFactory(number="1000"))
    assert as_(dora).get(reverse("pass_create", args=[acme.number, new.pk])).status_code == 404


def test_a_partner_sees_the_passes_of_all_companies_and_no_others(acme, elsewhere, olga, dora, as_, file, mailoutbox):
    make.MaintenanceFactory(licence=elsewhere.licences.get())
    partner = make.UserFactory(email="Timo@it.example")
    holder = make.MembershipFactory(company=elsewhere, is_holder=True, is_main_holder=True).user
    mine = [
        make.PassFactory(company=c, given_by=p, release=file.release) for c, p in ((acme, dora), (elsewhere, holder))
    ]
    other = make.PassFactory(company=acme, given_by=dora, release=file.release, email="else@it.example")
    make.MembershipFactory(company=acme, user=partner)
    client = as_(partner)
    page = client.get(reverse("own_passes")).content.decode()
    assert acme.name in page and elsewhere.name in page and page.count("row-title") == 2
    client.post(reverse("pass_resend", args=[mine[1].pk]))
    (mail,) = mailoutbox
    address = re.search(r"(/pass/[\w-]{20,}/)", mail.body)[1]
    assert client.get(address).status_code == 200
    assert client.post(reverse("pass_resend", args=[other.pk])).status_code == 404


def test_a_recall_reaches_the_technician_too(given, timo, file, admin, as_, mailoutbox):
    opened(timo, given, mailoutbox)
    load(timo, given, file)
    as_(admin).post(reverse("admin:downloads_release_recall", args=[file.release_id]), {"reason": "Fehler"})
    (mail,) = mailoutbox
    assert mail.to == ["timo@it.example"] and "Fehler" in mail.body


def test_the_technician_is_forgotten_after_two_years(given, timo, file, acme, olga, as_, mailoutbox):
    opened(timo, given, mailoutbox)
    load(timo, given, file)
    for days, known in ((729, True), (731, False)):
        DownloadPass.objects.update(expires_at=timezone.now() - dt.timedelta(days=days))
        run()
        assert ("timo@" in str(DownloadPass.objects.values().get())) is known
        text = as_(olga).get(reverse("download_log", args=[acme.number])).content.decode()
        assert ("Timo Techniker" in text) is known and file.file_name in text
    assert count_loaders(file.release) == 0


def test_a_link_that_never_was(client, db):
    assert client.get("/pass/abc/").status_code == 404
