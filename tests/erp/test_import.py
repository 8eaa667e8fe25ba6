"""The contract of the ERP import: what is taken, what is refused and why, and that a second run changes nothing."""

import csv
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from access.models import Membership
from access.rights import Right
from accounts.models import Company, User
from accounts.people import find_person
from contracts.models import Document, Licence, Terms
from downloads.models import Release, ReleaseFile
from orders.models import Order
from portal.erp import import_export
from shop.models import Article, Category, Price

from .. import factories as make
from . import export

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    return export.write(tmp_path / "export")


def run(folder, **options):
    return {result.file: result for result in import_export(folder, **options)}


@pytest.fixture
def imported(folder):
    return run(folder)


def test_exactly_the_broken_rows_are_refused_each_with_its_line_and_reason(imported):
    assert {name: result.refused for name, result in imported.items()} == export.REFUSED


def test_all_other_rows_are_taken(imported):
    assert {name: result.taken for name, result in imported.items()} == export.TAKEN


def everything():
    """All rows of all our tables, as PostgreSQL shows them."""
    tables = [name for name in connection.introspection.table_names() if name.split("_")[0] in OURS]
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f'select t::text from "{table}" t order by 1')
            yield table, cursor.fetchall()


OURS = {"accounts", "access", "contracts", "downloads", "shop", "orders", "account", "portal"}


def test_a_second_run_changes_nothing(folder, imported):
    before = dict(everything())
    again = run(folder)
    assert all((result.new, result.changed) == (0, 0) for result in again.values())
    assert {name: result.same for name, result in again.items()} == export.TAKEN
    assert dict(everything()) == before


def test_a_dry_run_tells_the_same_and_changes_nothing(folder, settings):
    before = dict(everything())
    told = run(folder, dry_run=True)
    assert {name: result.refused for name, result in told.items()} == export.REFUSED
    assert dict(everything()) == before
    assert not (settings.DATA_DIR / "files").exists(), "no file was copied"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_encodings(tmp_path, encoding):
    run(export.write(tmp_path / "export", encoding=encoding))
    company = Company.objects.get(number="00123")
    assert company.name == "Hausverwaltung Müßig GmbH"
    assert company.name_extra == "Abt. Technik; 2. OG"


def test_columns_may_stand_in_any_order_and_unknown_ones_are_ignored(tmp_path):
    text = "Farbe;Aktiv;Kurztext;ProdNr;Bezeichnung\nrot;J;kurz;77;Siebenundsiebzig\n"
    run(export.write(tmp_path / "e", {"produkte.csv": text}))
    from contracts.models import Product

    product = Product.objects.get(number="77")
    assert (product.name, product.tagline) == ("Siebenundsiebzig", "kurz")


def test_leading_zeros_are_kept_and_a_name_is_one_line(imported):
    assert not Company.objects.filter(number="123").exists()
    assert Company.objects.get(number="124").name == 'Zeile mit Umbruch "AG"'


def test_one_address_is_one_person_at_several_customers(imported):
    """Edge 4: two customer numbers, one login."""
    kaethe = User.objects.get(email="kaethe@a.example")
    assert {m.company.number for m in kaethe.memberships.filter(is_main_holder=True)} == {"00123", "129"}
    assert find_person("DOMUS_00123", "DOMUS") == find_person("domus_129", "DOMUS") == kaethe
    assert kaethe.emailaddress_set.get().verified


def test_a_holder_without_an_address(imported):
    holder = Company.objects.get(number="130").memberships.get().user
    assert holder.email is None
    assert not holder.has_usable_password()
    assert Company.objects.get(number="130").is_blocked


def test_authorised_people_with_their_switches(imported):
    ben = User.objects.get(email="ben@a.example")
    here, there = (Membership.objects.get(user=ben, company__number=n) for n in ("00123", "124"))
    assert here.granted == {Right.SHOP, Right.DOWNLOADS}
    assert there.granted == {Right.CONTRACTS}
    assert str(there.ends_on) == "2027-12-31"


def test_a_holder_named_among_the_people_stays_a_holder(imported):
    kaethe = Membership.objects.get(user__email="kaethe@a.example", company__number="00123")
    assert kaethe.is_main_holder and kaethe.ends_on is None


def test_the_vendor_s_staff_do_not_become_customers(folder):
    """Edge 45: neither as licence holder nor as authorised person, and the row says why."""
    for email in ("Kaethe@A.example", "ben@a.example"):
        make.UserFactory(email=email, is_staff=True)
    refused = {name: result.refused for name, result in run(folder).items()}
    reason = "address of the vendor's staff"
    assert [line for line, why in refused["kunden.csv"] if why == reason]
    assert [line for line, why in refused["personen.csv"] if why == reason]
    assert not Membership.objects.filter(user__is_staff=True).exists()


def test_licences_and_maintenance(imported):
    kept, rented, odd = (Licence.objects.get(number=f"L-{n}") for n in (1, 2, 3))
    assert (kept.seats, str(kept.maintenance.get().ends_on)) == (10, "2027-12-31")
    assert (rented.kind, str(rented.ends_on), rented.maintenance.count()) == ("M", "2026-12-31", 0)
    assert odd.maintenance.get().starts_on is None, "it ended before the licence began: the start is not known"


def test_releases_with_files_of_known_size_and_hash(imported):
    file = ReleaseFile.objects.get(file_name="setup.zip")
    with file.file.open() as content:
        stored = content.read()
    import hashlib

    assert (file.size, file.sha256) == (len(stored), hashlib.sha256(stored).hexdigest())
    assert "setup" not in file.file.name, "stored under a name of our own"
    assert Release.objects.get(version="25.1").withdrawn_on is not None


def test_articles_with_fit_grants_category_and_prices(imported):
    article = Article.objects.get()
    assert article.list_price == Decimal("1299.00")
    assert set(article.fits.values_list("number", flat=True)) == {"4000", "1100"}
    assert article.grants.number == "1100"
    assert article.category.parent == Category.objects.get(path="Software")
    assert Price.objects.get(company__number="00123").net == Decimal("999.50")


def test_papers_and_terms(imported):
    assert Document.objects.get().number == "AB-1"
    assert Terms.objects.get().kind == "AGB"


def test_orders_with_sums_rounded_half_up_and_lines_without_article(imported):
    order = Order.objects.get()
    assert (order.state, order.ordered_by.email, order.orderer_name) == ("fulfilled", "ben@a.example", "Ben Bauer")
    assert timezone.localtime(order.placed_at).strftime("%d.%m.%Y %H:%M") == "10.11.2023 00:00"
    # 3 x 33,33 = 99,99 at 19 % -> 19,00; 10,05 at 7 % -> 0,70.
    assert (order.net, order.vat) == (Decimal("110.04"), Decimal("19.70"))
    assert order.lines.get(position=2).article is None
    assert order.address.startswith("Hausverwaltung Müßig GmbH")


# --- the second export ---


def change(folder, name, old, new):
    path = folder / name
    text = path.read_bytes().decode("cp1252")
    assert old in text
    path.write_bytes(text.replace(old, new).encode("cp1252"))


def test_changed_rows_are_updated_and_absent_ones_stay(folder, imported):
    change(folder, "kunden.csv", "Hausverwaltung Müßig GmbH", "Hausverwaltung Fleißig GmbH")
    change(folder, "artikel.csv", "1.299,00", "1.399,00")
    change(folder, "produkte.csv", "1100;Modul Heizkosten;;J\r\n", "")
    again = run(folder)
    assert (again["kunden.csv"].changed, again["artikel.csv"].changed) == (1, 1)
    assert Company.objects.get(number="00123").name == "Hausverwaltung Fleißig GmbH"
    assert Article.objects.get().list_price == Decimal("1399.00")
    assert Licence.objects.filter(product__number="4000").count() == 3


def test_what_the_customer_edited_stays_until_the_erp_says_something_new(folder, imported):
    """Edge 83: each field has an owner; the ERP writes where its own word changed."""
    # A new name that staff accepted in the portal is not taken back by an export that does not know it yet.
    Company.objects.filter(number="00123").update(phone="0351 999", street="Neue Straße 9", name="Müßig & Söhne GmbH")
    change(folder, "kunden.csv", "0351 1;", "0351 2;")
    run(folder)
    company = Company.objects.get(number="00123")
    assert (company.phone, company.street, company.name) == ("0351 2", "Neue Straße 9", "Müßig & Söhne GmbH")
    change(folder, "kunden.csv", "Hausverwaltung Müßig GmbH", "Müßig und Söhne GmbH")
    run(folder)
    assert Company.objects.get(number="00123").name == "Müßig und Söhne GmbH"


def test_switches_turned_in_the_portal_stay_until_the_erp_says_something_new(folder, imported):
    from access.store import set_rights

    ben = Membership.objects.get(user__email="ben@a.example", company__number="00123")
    set_rights(ben, {Right.CONTRACTS})
    change(folder, "personen.csv", "ben@a.example;;SHOP,DOWNLOAD;", "ben@a.example;0351;SHOP,DOWNLOAD;")
    run(folder)
    assert Membership.of(ben).granted == {Right.CONTRACTS}
    change(folder, "personen.csv", "SHOP,DOWNLOAD", "SHOP,KONTO")
    run(folder)
    assert Membership.of(ben).granted == {Right.SHOP, Right.ACCOUNT}


def test_another_main_holder_in_the_erp_takes_nobody_out(folder, imported):
    change(folder, "kunden.csv", "joerg@b.example", "neu@b.example")
    run(folder)
    holders = Membership.objects.filter(company__number="124", is_holder=True)
    assert {(m.user.email, m.is_main_holder) for m in holders} == {("neu@b.example", True), ("joerg@b.example", False)}


def test_an_address_for_a_holder_who_had_none_is_linked(folder, imported):
    before = Company.objects.get(number="130").memberships.get().user
    change(folder, "kunden.csv", "Herr;Ohne;Adresse;;", "Herr;Ohne;Adresse;endlich@o.example;")
    run(folder)
    after = Company.objects.get(number="130").memberships.get().user
    assert (after.pk, after.email) == (before.pk, "endlich@o.example")


def test_somebody_removed_in_the_portal_is_not_brought_back(folder, imported):
    Membership.objects.get(user__email="ben@a.example", company__number="00123").delete()
    run(folder)
    assert not Membership.objects.filter(user__email="ben@a.example", company__number="00123").exists()


def test_a_corrected_document_is_a_new_version_beside_the_old(folder, imported):
    """Edge 26."""
    old = Document.objects.get()
    (folder / "dokumente" / "ab.pdf").write_bytes(b"%PDF-1.4 corrected")
    run(folder)
    old.refresh_from_db()
    new = Document.objects.visible().get()
    assert (new.version, new.replaces, old.replaced_by) == (2, old, new)
    with old.file.open() as content:
        assert content.read() == b"%PDF-1.4 ab.pdf"


# --- bad input ---


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"Spalte;Andere\n1;2\n", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50, b"x" * 3_000_000],
    ids=["empty", "blank lines", "unknown columns", "a picture", "one endless line"],
)
def test_a_file_that_is_no_table_is_refused_as_a_whole(folder, content):
    (folder / "produkte.csv").write_bytes(content)
    results = run(folder)
    assert results["produkte.csv"].error
    assert results["kunden.csv"].taken == 4, "the others are not stopped"
    with pytest.raises(CommandError, match="produkte.csv"):
        call_command("import_erp", str(folder))


@pytest.mark.parametrize(
    "cell, reason",
    [("x" * 201, "text too long"), ("a\0b", "character not allowed")],
    ids=["too long", "NUL"],
)
def test_cells_that_fit_no_column(tmp_path, cell, reason):
    text = f"ProdNr;Bezeichnung;Kurztext;Aktiv\n1;Gut;;J\n2;Name;{cell};J\n"
    results = run(export.write(tmp_path / "e", {"produkte.csv": text}))
    assert results["produkte.csv"].refused == [(3, reason)]


def test_a_link_out_of_the_folder_is_refused(folder, tmp_path):
    secret = tmp_path / "secret.zip"
    secret.write_bytes(b"not part of the export")
    (folder / "versionen" / "fehlt.zip").symlink_to(secret)
    assert (5, "file outside the folder") in run(folder)["versionen.csv"].refused


def test_no_folder_and_no_export(tmp_path):
    with pytest.raises(CommandError, match="no folder"):
        call_command("import_erp", str(tmp_path / "nowhere"))
    with pytest.raises(CommandError, match="No file of an ERP export"):
        call_command("import_erp", str(tmp_path))


def test_lost_zeros_are_warned_about(folder, imported):
    """Edge 1: a spreadsheet has eaten the zeros of 00123."""
    change(folder, "personen.csv", "999;Frau;Nora", "123;Frau;Nora")
    warnings = run(folder, dry_run=True)["personen.csv"].warnings
    assert len(warnings) == 1 and "00123" in warnings[0]


# --- what the command tells ---


def test_the_command_tells_each_row_and_writes_the_report(folder, tmp_path, capsys):
    report = tmp_path / "report.csv"
    call_command("import_erp", str(folder), report=report)
    said = capsys.readouterr().out
    assert "kunden.csv:8: e-mail not valid" in said
    assert "kunden.csv: 4 rows taken (4 new, 0 changed, 0 unchanged), 7 refused" in said
    rows = list(csv.reader(report.open(encoding="utf-8-sig"), delimiter=";"))
    assert rows[0] == ["Datei", "Zeile", "Grund"]
    assert ["versionen.csv", "6", "file outside the folder"] in rows
    assert len(rows) == 1 + sum(map(len, export.REFUSED.values()))
    call_command("import_erp", str(folder), report=report)
    assert "Nothing changed" in capsys.readouterr().out
