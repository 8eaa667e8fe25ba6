"""The ERP's export in the admin: tried out, imported by the worker, nights that look wrong, and out again."""

import datetime as dt
import io
import os
import zipfile

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import Company
from contracts.models import Document
from portal.erp import TABLES, import_export
from portal.erp_runs import exporting, running, working
from portal.erp_runs.models import ErpExport, ErpRun
from portal.erp_runs.package import pack
from portal.erp_runs.tasks import take_erp_night
from portal.staff.waiting import lists_for

from .. import factories as make
from ..jobs import run_jobs
from . import export

pytestmark = pytest.mark.django_db
NAMES = [table.file for table in TABLES]
LIST = "admin:portal_erprun_changelist"


def package(folder):
    raw = io.BytesIO()
    pack(folder, NAMES, raw)
    return SimpleUploadedFile("export.zip", raw.getvalue())


@pytest.fixture
def folder(tmp_path):
    return export.write(tmp_path / "export")


@pytest.fixture
def night(folder, settings):
    """The night's folder, written an hour ago."""
    settings.ERP_FOLDER = str(folder)
    written(folder, timezone.now() - dt.timedelta(hours=1))
    return folder


def written(folder, moment):
    for path in folder.glob("*.csv"):
        os.utime(path, (moment.timestamp(), moment.timestamp()))


def a_night(later=0):
    """What the worker does, so many days later."""
    ErpRun.objects.update(began_at=timezone.now() - dt.timedelta(days=1))
    take_erp_night.func(timestamp=0)
    run_jobs("work_on_erp")
    return ErpRun.objects.nights().latest("began_at")


def test_an_upload_is_tried_out_and_imported_at_a_word(as_, admin, folder):
    client = as_(admin)
    answer = client.post(reverse(LIST), {"package": package(folder)})
    run = ErpRun.objects.get()
    address = reverse("admin:portal_erprun_change", args=[run.pk])
    assert answer.url == address and run.state == "checking"
    run_jobs("work_on_erp")
    page = client.get(address).content.decode()
    assert "customer number twice" in page and "Was sich ändern würde" in page
    assert not Company.objects.exists(), "tried out"
    run.refresh_from_db()
    told = {one["file"]: one for one in run.tried}
    assert {name: one["refused"] for name, one in told.items()} == {n: len(r) for n, r in export.REFUSED.items()}
    assert {name: one["new"] for name, one in told.items()} == export.TAKEN
    client.post(reverse("admin:portal_erprun_import", args=[run.pk]))
    run_jobs("work_on_erp")
    run.refresh_from_db()
    assert (run.state, Company.objects.count()) == ("done", export.TAKEN["kunden.csv"])
    assert not run.file, "the package goes"
    assert "Was importiert wurde" in client.get(address).content.decode()


def test_the_next_one_shows_what_differs(as_, admin, folder):
    list(import_export(folder))
    files = {**export.FILES, "produkte.csv": export.PRODUCTS.replace("Verwaltung", "Neu")}
    files["produkte.csv"] = files["produkte.csv"].replace("1100;Modul Heizkosten;;J\n", "")
    running.take_upload(package(export.write(folder, files)), by=admin)
    run_jobs("work_on_erp")
    told = {one["file"]: one for one in ErpRun.objects.get().tried}
    products = told["produkte.csv"]
    assert (products["new"], products["changed"], products["gone"]) == (0, 1, 1)
    assert products["examples"][0]["cells"] == [["Kurztext", "Verwaltung", "Neu"]]
    assert told["kunden.csv"]["changed"] == 0


def test_the_report_has_every_refused_row_and_no_formula(as_, admin, folder):
    files = {**export.FILES, "produkte.csv": export.PRODUCTS + ";=cmd;;J\n"}
    files["preise.csv"] = export.PRICES + "=1+1;;5;1,00\n"
    running.take_upload(package(export.write(folder, files)), by=admin)
    run_jobs("work_on_erp")
    run = ErpRun.objects.get()
    answer = as_(admin).get(reverse("admin:portal_erprun_report", args=[run.pk]))
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert "kunden.csv;6;customer number twice" in rows
    assert len(rows) >= 1 + sum(map(len, export.REFUSED.values()))
    assert not any(row.startswith("=") or ";=" in row for row in rows)


def test_a_bad_package_is_said_beside_the_field(as_, admin):
    answer = as_(admin).post(reverse(LIST), {"package": SimpleUploadedFile("x.zip", b"no zip")})
    assert answer.status_code == 200 and "keine lesbare ZIP-Datei" in answer.content.decode()
    assert not ErpRun.objects.exists()


@pytest.mark.parametrize("role", ["Vertrieb", "Support", "Katalog"])
def test_only_who_may_sees_and_starts_imports(role, as_, admin, folder):
    run = running.take_upload(package(folder), by=admin)
    person = make.UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    client = as_(person)
    assert client.get(reverse(LIST)).status_code == 403
    assert client.post(reverse(LIST), {}).status_code == 403
    assert client.get(reverse("admin:portal_erpexport_changelist")).status_code == 403
    for name in ("change", "import", "again", "leave", "report"):
        assert client.get(reverse(f"admin:portal_erprun_{name}", args=[run.pk])).status_code in {403, 404}
        assert client.post(reverse(f"admin:portal_erprun_{name}", args=[run.pk])).status_code in {403, 404}


# --- a worker that dies, two at once ---


def test_a_run_whose_worker_died_is_broken_off_and_starts_again(as_, admin, folder):
    run = running.take_upload(package(folder), by=admin)
    run_jobs("work_on_erp")
    running.import_it(ErpRun.objects.get(), by=admin)
    assert working.mark_broken() == 0, "its job waits"
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set status = 'failed' where task_name = 'work_on_erp'")
    assert working.mark_broken() == 1
    client = as_(admin)
    page = client.get(reverse("admin:portal_erprun_change", args=[run.pk])).content.decode()
    assert "Neu starten" in page
    assert "export.zip" in client.get(reverse("admin:index")).content.decode()
    client.post(reverse("admin:portal_erprun_again", args=[run.pk]))
    run_jobs("work_on_erp")
    run.refresh_from_db()
    assert (run.state, Company.objects.count()) == ("done", export.TAKEN["kunden.csv"])


def test_a_job_that_comes_twice_changes_nothing(admin, folder):
    run = running.take_upload(package(folder), by=admin)
    working.work_on(str(run.pk))
    running.import_it(ErpRun.objects.get(), by=admin)
    working.work_on(str(run.pk))
    done = ErpRun.objects.get()
    working.work_on(str(run.pk))
    again = ErpRun.objects.get()
    assert done.state == "done" and again.result == done.result


def test_while_another_import_is_at_work_nothing_is_done(admin, folder):
    run = running.take_upload(package(folder), by=admin)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(hashtext('portal.erp.run'))")
        working.work_on(str(run.pk))
    finally:
        other.close()
    run.refresh_from_db()
    assert run.state == "broken" and run.problem and run.file
    running.start_again(run, by=admin)
    working.work_on(str(run.pk))
    run.refresh_from_db()
    assert run.state == "checked"


def test_two_people_press_at_once(admin, folder):
    run = running.take_upload(package(folder), by=admin)
    working.work_on(str(run.pk))
    running.import_it(run, by=admin)
    with pytest.raises(running.ErpRefused):
        running.import_it(run, by=admin)
    with pytest.raises(running.ErpRefused):
        running.leave(run, by=admin)


def test_a_run_that_failed_says_why(admin, folder, monkeypatch):
    run = running.take_upload(package(folder), by=admin)
    monkeypatch.setattr(working, "told_of", lambda result: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        working.work_on(str(run.pk))
    run.refresh_from_db()
    assert run.state == "broken" and "ZeroDivisionError" in run.problem


# --- nights ---


def test_an_ordinary_night_is_imported_by_itself(night):
    run = a_night()
    assert (run.state, run.alarm) == ("done", "")
    assert Company.objects.count() == export.TAKEN["kunden.csv"] and not mail.outbox


def test_a_night_without_an_export_is_told(night, admin, settings):
    a_night()
    run = a_night()
    assert (run.state, run.alarm) == ("refused", "missing")
    run_jobs("deliver")
    assert mail.outbox[-1].to == [settings.ERP_ALARM_MAIL] and "fehlt" in mail.outbox[-1].body
    assert "erprun" in "".join(one.url for one in lists_for(admin))
    running.leave(run, by=admin)
    assert "erprun" not in "".join(one.url for one in lists_for(admin)), "seen"


def test_an_empty_folder_is_told(tmp_path, settings):
    settings.ERP_FOLDER = str(tmp_path)
    assert a_night().alarm == "missing"


def test_an_export_with_headings_alone_is_held_back(night):
    for path in night.glob("*.csv"):
        path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    written(night, timezone.now() - dt.timedelta(minutes=30))
    run = a_night()
    assert (run.state, run.alarm) == ("checked", "empty")


def test_a_night_ten_times_smaller_is_held_back_until_somebody_says_so(night, admin):
    rows = "".join(f"{number};Produkt {number};;J\n" for number in range(100, 140))
    export.write(night, {**export.FILES, "produkte.csv": export.PRODUCTS + rows})
    written(night, timezone.now() - dt.timedelta(minutes=50))
    a_night()
    export.write(night)
    written(night, timezone.now() - dt.timedelta(minutes=30))
    run = a_night()
    assert (run.state, run.alarm) == ("checked", "small")
    running.import_it(run, by=admin)
    run_jobs("work_on_erp")
    run.refresh_from_db()
    assert run.state == "done"


def test_an_export_that_is_still_written_is_waited_for(night):
    written(night, timezone.now())
    take_erp_night.func(timestamp=0)
    assert not ErpRun.objects.exists()
    assert ProcrastinateJob.objects.filter(task_name="take_erp_night", status="todo").exists()


# --- out again ---


def made(admin, **options):
    made = running.ask_export(by=admin, **{"with_files": True, **options})
    run_jobs("make_erp_export")
    made.refresh_from_db()
    return made


def unpacked(made, folder):
    with made.file.open("rb") as raw, zipfile.ZipFile(raw) as package:
        package.extractall(folder)
    return folder


def test_what_goes_out_and_comes_in_again_changes_nothing(admin, folder, tmp_path):
    list(import_export(folder))
    back = unpacked(made(admin), tmp_path / "back")
    results = {result.file: result for result in import_export(back)}
    assert set(results) == set(NAMES)
    assert {r.file: (r.new, r.changed, r.gone, r.refused, r.error) for r in results.values()} == {
        name: (0, 0, 0, [], "") for name in NAMES
    }


def test_what_the_portal_changed_goes_out_as_it_is_now(admin, folder, tmp_path):
    list(import_export(folder))
    Company.objects.filter(number="00123").update(phone="=1+1", name="Łódź GmbH")
    back = unpacked(made(admin), tmp_path / "back")
    before = list(Company.objects.order_by("pk").values())
    results = {result.file: result for result in import_export(back)}
    assert (results["kunden.csv"].changed, results["kunden.csv"].refused) == (1, [])
    assert list(Company.objects.order_by("pk").values()) == before
    assert '"\'=1+1"' in (back / "kunden.csv").read_text("utf-8-sig") or "'=1+1" in (back / "kunden.csv").read_text(
        "utf-8-sig"
    )


def test_a_portal_of_its_own_can_be_filled_from_it(admin, acme, ben, elsewhere, mallory, tmp_path):
    """Rows that no ERP ever told of go out as well."""
    make.DocumentFactory(company=acme, kind="AB")
    make.OrderLineFactory(order=make.OrderFactory(company=acme, ordered_by=ben))
    back = unpacked(made(admin), tmp_path / "back")
    results = {result.file: result for result in import_export(back, dry_run=True)}
    assert {name: result.refused for name, result in results.items()} == {name: [] for name in NAMES}
    assert results["kunden.csv"].taken == 2 and results["personen.csv"].taken == 1


def test_two_papers_of_one_name_both_go_out(admin, acme, tmp_path):
    for content in (b"%PDF-1 a", b"%PDF-1 b"):
        document = make.DocumentFactory(company=acme, kind="AB")
        document.file.save("x.pdf", io.BytesIO(content), save=False)
        document.file_name, document.sha256 = "x.pdf", content.hex().ljust(64, "0")
        document.save()
    back = unpacked(made(admin), tmp_path / "back")
    assert len(list((back / "dokumente").iterdir())) == 2 == Document.objects.count()


def test_an_export_is_for_who_has_the_right(as_, admin):
    made(admin)
    person = make.UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name="Vertrieb"))
    address = reverse("admin:portal_erpexport_file", args=[ErpExport.objects.get().pk])
    assert as_(person).get(address).status_code in {403, 404}
    assert as_(admin).get(address).status_code == 200


def test_exports_go_after_a_week(admin):
    one = made(admin)
    ErpExport.objects.update(asked_at=timezone.now() - dt.timedelta(days=8))
    exporting.forget()
    assert not ErpExport.objects.exists() and not one.file.storage.exists(one.file.name)


def test_a_version_told_in_two_ways_goes_out_in_both(admin, folder, tmp_path):
    second = "4000;26.1;01.03.2026;DOMUS 4000 Handbuch;PDF;alt.zip;Anders.;N\n"
    list(import_export(export.write(folder, {**export.FILES, "versionen.csv": export.RELEASES + second})))
    back = unpacked(made(admin), tmp_path / "back")
    results = {result.file: result for result in import_export(back)}
    assert (results["versionen.csv"].new, results["versionen.csv"].changed) == (0, 0)
