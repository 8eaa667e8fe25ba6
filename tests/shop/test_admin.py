"""Staff keep the catalogue: as a table in and out, pictures, rules of fit, synonyms, and the tool that says why."""

import csv
import io
import unicodedata
from decimal import Decimal

import pytest
import tablib
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from portal.lib.csv import FORMULA, bare, safe
from shop.models import Article, Fit, Miss, Picture, Synonym, VatCheck
from shop.search import find
from shop.table import COLUMNS, SpreadsheetCsv

from .. import factories as make
from ..sheets import texts_of

LIST = "admin:shop_article_changelist"


@pytest.fixture
def staff(as_, db):
    def staff(role="Katalog"):
        person = make.UserFactory(username=role.lower(), is_staff=True)
        person.groups.add(Group.objects.get(name=role))
        return as_(person)

    return staff


def fields_of(article, **changes):
    """What the form of an article sends."""
    sent = {
        "number": article.number, "name": article.name, "kind": article.kind, "list_price": article.list_price,
        "vat_rate": article.vat_rate, "unit": article.unit, "min_quantity": 1, "quantity_step": 1, "is_active": "on",
        "min_periods": 1, "max_periods": 1,
    }  # fmt: skip
    for prefix in ("fit_rows", "prices", "dates"):
        sent |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return {**sent, **changes}


def save(client, article, **changes):
    return client.post(reverse("admin:shop_article_change", args=[article.pk]), fields_of(article, **changes))


# --- the table ---


def rows_of(answer):
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def bring(client, text):
    """Upload a table; returns (preview, answer after the confirmation or None)."""
    file = SimpleUploadedFile("artikel.csv", text if isinstance(text, bytes) else text.encode())
    preview = client.post(reverse("admin:shop_article_import"), {"format": "0", "import_file": file})
    form = preview.context.get("confirm_form") if preview.context else None
    if form is None:
        return preview, None
    return preview, client.post(reverse("admin:shop_article_process_import"), form.initial)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_an_export_runs_nothing_and_comes_back_unchanged(staff, sign):
    """Edge 82."""
    name = f"{sign}cmd|'/C calc'!A0"
    article = make.ArticleFactory(number="TSA-K1", name=name, fits=[make.ProductFactory()])
    client = staff()
    answer = client.get(reverse("admin:shop_article_export"))
    (row,) = rows_of(answer)
    assert row["Bezeichnung"] == f"'{name}"
    assert (row["Preis"], row["PasstZu"], row["Aktiv"]) == ("499,00", "4000", "J")
    _preview, done = bring(client, answer.content)
    assert done.status_code == 302
    article.refresh_from_db()
    assert article.name.strip() == name.strip() and article.list_price == 499


@pytest.mark.parametrize(
    "text",
    [
        "'+Plus-Paket", "''=1", "'", "''", "'Alt", "=1+1", "+49", "-", "@x", "'@x", "00815", "1-12", "4711E5", " vorn",
        "hinten ", "a;b", 'Zoll 17"', '"', "a\r\nb", "a\nb;c\n", "NULL", "1,23E+05", "sep=;", "Ä\u00a0ß", "a, b",
    ],
)  # fmt: skip
def test_what_went_out_comes_in_unchanged(staff, text):
    article = make.ArticleFactory(
        number="TSA-K1", name=f"x{text}".replace("\r", "").replace("\n", ""), description=text
    )
    if text.strip() and "\n" not in text:
        Article.objects.update(name=text.strip())
    before = Article.objects.values().get()
    client = staff()
    answer = client.get(reverse("admin:shop_article_export"))
    preview, done = bring(client, answer.content)
    assert done.status_code == 302, preview.content.decode()
    assert Article.objects.values().get() == before
    assert {row.import_type for row in preview.context["result"].rows} == {"skip"}, "the preview shows no change"
    assert article.pk == before["id"]


def test_the_catalogue_as_a_workbook_of_texts(staff):
    make.ArticleFactory(number="00815", name="=1+1", description="'+x")
    make.ArticleFactory(number="1-12", name="Anderes")
    client = staff()
    url = reverse("admin:shop_article_workbook")
    assert f'href="{url}?"' in client.get(reverse(LIST)).content.decode()
    rows = texts_of(client.get(url).content)
    assert {row[0] for row in rows[1:]} == {"00815", "1-12"}
    assert [row[1:3] for row in rows if row[0] == "00815"] == [["=1+1", "'+x"]]
    (_head, row) = texts_of(client.get(url, {"q": "Anderes"}).content)
    assert row[0] == "1-12", "the list's filter holds"
    table = "\r\n".join("\t".join(row) for row in rows).encode("utf-16")
    _preview, done = bring(client, table)
    assert done.status_code == 302, "as Excel saves it, Unicode text"
    assert set(Article.objects.values_list("name", flat=True)) == {"=1+1", "Anderes"}
    assert Client().get(url).status_code == 302, "only for staff"


@given(st.text(st.sampled_from("'=+-@\t\n\rab")))
def test_the_guard_against_formulas_takes_back_what_it_put(text):
    assert bare(safe(text)) == text
    assert not safe(text).startswith(FORMULA)


CELL = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Cn")) | st.sampled_from("'=+-@;\"\n"))


@given(st.lists(st.tuples(st.just("A1"), *[CELL] * (len(COLUMNS) - 1)), min_size=1, max_size=4))
def test_any_table_comes_back_as_it_went_out(rows):
    out = SpreadsheetCsv().export_data(tablib.Dataset(*rows, headers=COLUMNS))
    back = SpreadsheetCsv().create_dataset(out)
    assert back.headers == COLUMNS
    assert [list(row) for row in back] == [[unicodedata.normalize("NFC", cell) for cell in row] for row in rows]


def test_a_table_as_excel_saves_it(staff):
    """Another encoding, tabs, a line for the separator, empty last cells left out."""
    make.ProductFactory()
    table = "ArtNr\tBezeichnung\tPreis\tMwSt\tArt\tBeschreibung\r\nTSA-K2\tGröße\t1.299,00 €\t19 %\tD\r\n"
    client = staff()
    for content in (table.encode("utf-16"), ("sep=\t\r\n" + table).encode("cp1252"), table.encode("utf-16-le")):
        _preview, done = bring(client, content)
        assert done.status_code == 302
        article = Article.objects.get()
        assert (article.name, article.list_price, article.vat_rate) == ("Größe", 1299, 19)
        article.delete()


@pytest.mark.parametrize(
    "table, said",
    [
        ('ArtNr;Bezeichnung;Preis;Art\r\nTSA-K1;"Offen;5;K\r\nTSA-K2;Gut;5;K\r\n', "Zeile 2: Anführungszeichen"),
        ("ArtNr;Bezeichnung;Preis;Art\r\nTSA-K1;a;b;5;K\r\n", "Zeile 2: zu viele Spalten"),
        ("ArtNr;Bezeichnung;Preis;Art\r\nTSA-K1;a\x02b;5;K\r\n", "Zeile 2: Zeichen nicht erlaubt"),
        ("ArtNr;Bezeichnung;Preis;Art;Preis\r\nTSA-K1;a;5;K;6\r\n", "Spalten doppelt: Preis"),
        ("Nummer;Bezeichnung\r\nTSA-K1;a\r\n", "es fehlen Spalten: ArtNr"),
        ("ArtNr;Bezeichnung\r\n" + "x\r\n;;;x\r\n" * 20, "weitere Zeilen"),
    ],
)
def test_lines_that_cannot_be_read_are_told(staff, table, said):
    preview, done = bring(staff(), table)
    assert done is None and said in preview.content.decode()
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    "column, cell",
    [
        ("Preis", "1e5"), ("Preis", "1,23E+05"), ("Preis", "NaN"), ("Preis", "Infinity"), ("Preis", "99999999999"),
        ("Preis", "9" * 400), ("MwSt", "1900"), ("MwSt", "19,55"), ("Mindestmenge", "1.5"), ("Schritt", "1e999999"),
        ("Mindestmenge", "99999999999"), ("Schritt", "0"), ("Laufzeit", "99999"), ("Einheit", "x" * 41),
    ],
)  # fmt: skip
def test_numbers_out_of_bounds_are_told_in_the_preview(staff, column, cell):
    row = {"ArtNr": "TSA-K1", "Bezeichnung": "x", "Preis": "5", "Art": "D"} | {column: cell}
    preview, done = bring(staff(), ";".join(row) + "\r\n" + ";".join(row.values()) + "\r\n")
    assert (preview.status_code, done) == (200, None)
    assert not Article.objects.exists()


def test_a_table_changes_and_adds_articles_after_a_preview(staff):
    product = make.ProductFactory(number="1100", name="Modul Heizkosten")
    old = make.ArticleFactory(number="TSA-K1", name="Alt", fits=[product])
    Fit.objects.update(min_seats=5)
    table = (
        "ArtNr;Bezeichnung;Preis;PasstZu;Art;Aktiv\r\nTSA-K1;Größer;1.299,00;1100;K;J\r\nTSA-K2;Neu;9,50;1100;D;N\r\n"
    )
    client = staff()
    preview, done = bring(client, table.encode("cp1252"))
    assert "Größer" in preview.content.decode() and done.status_code == 302
    old.refresh_from_db()
    assert (old.name, old.list_price) == ("Größer", 1299)
    assert Article.objects.get(number="TSA-K2").is_active is False
    assert Fit.objects.get(article=old).min_seats == 5, "conditions that stand already are kept"


@pytest.mark.parametrize(
    "row, said",
    [
        ("TSA-K1;Name;teuer;4000;D", "keine Zahl"),
        ("TSA-K1;Name;-5;4000;D", "article_price_not_negative"),
        ("TSA-K1;Name;5;9999;D", "unbekannte Produkte"),
        ("TSA-K1;Name;5;4000;X", "keine gültige Option"),
        ("TSA-K1;;5;4000;D", "leer"),
    ],
)
def test_a_bad_row_is_told_and_nothing_is_taken(staff, row, said):
    make.ProductFactory()
    make.ArticleFactory(number="TSA-K9", name="Bleibt")
    head = "ArtNr;Bezeichnung;Preis;PasstZu;Art\r\nTSA-K9;Anders;5;4000;K\r\n"
    preview, done = bring(staff(), head + row)
    page = preview.content.decode()
    assert done is None and (said in page or "nicht negativ" in page or "verletzt" in page)
    assert Article.objects.get().name == "Bleibt"


@pytest.mark.parametrize("kind", ["K", "M"])
def test_a_new_article_that_promises_a_licence_names_its_product(staff, kind):
    """What stands already may stay as it is, and is found in the list."""
    make.ProductFactory()
    old, client = make.ArticleFactory(number="TSA-K9", kind=kind), staff()
    head = "ArtNr;Bezeichnung;Preis;PasstZu;Art;LiefertProdNr\r\n"
    row = f"TSA-K1;Neu;5;4000;{kind};"
    preview, done = bring(client, head + row)
    assert done is None and "nennen Sie das Produkt" in preview.content.decode()
    for rows in (f"{row}4000", f"TSA-K9;Anders;5;4000;{kind};"):
        assert bring(client, head + rows)[1].status_code == 302
    answer = save(client, old, number="TSA-K8", name="Nochmals")
    assert answer.status_code == 302
    page = client.get(reverse("admin:shop_article_changelist"), {"licence": "vain"}).content.decode()
    assert "TSA-K8" in page and "TSA-K1<" not in page


@pytest.mark.parametrize("changes", [{"kind": "K"}, {"kind": "M"}])
def test_the_form_asks_for_the_product_of_a_licence(staff, changes):
    """By whichever way the promise comes about: a new kind, or a product taken away."""
    service, client = make.ArticleFactory(kind="D"), staff()
    answer = save(client, service, **changes)
    assert "nennen Sie das Produkt" in answer.content.decode()
    bought = make.ArticleFactory(grants=make.ProductFactory(), **changes)
    assert save(client, bought, grants="").status_code == 200
    assert save(client, bought, grants=bought.grants_id).status_code == 302


@pytest.mark.parametrize(
    "periods, said",
    [
        ({"min_periods": 3, "max_periods": 2}, "Mindestens so viele"),
        ({"period_months": 36, "max_periods": 60}, "hundert Jahre"),
        ({"min_periods": 0}, "größer oder gleich 1"),
        ({"period_months": 0}, "größer oder gleich 1"),
        ({"period_months": 1201}, "kleiner oder gleich 1200"),
        ({"max_periods": 121, "period_months": 1}, "kleiner oder gleich 120"),
    ],
)
def test_periods_that_make_no_sense_are_told(staff, periods, said):
    rent, client = make.ArticleFactory(kind="M", grants=make.ProductFactory()), staff()
    form = save(client, rent, grants=rent.grants_id, **periods)
    assert form.status_code == 200
    errors = str(form.context["adminform"].form.errors)
    assert said in errors
    assert save(client, rent, grants=rent.grants_id, min_periods=2, max_periods=3).status_code == 302


@pytest.mark.parametrize("content", [b"PK\x03\x04\0\0", b"", b"\0", b"\xff\xfe\x00", b"nur ein wort"])
def test_files_that_are_no_table_are_refused(staff, content):
    preview, done = bring(staff(), content)
    assert preview.status_code == 200 and done is None
    assert not Article.objects.exists()


def test_only_who_keeps_the_catalogue_may_import(staff):
    assert staff("Support").get(reverse("admin:shop_article_import")).status_code == 403


# --- pictures ---


def picture(kind="PNG", size=(3000, 1000), mode="RGB"):
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind)
    return out.getvalue()


@pytest.fixture
def article(acme):
    return make.ArticleFactory(fits=[acme.licences.get().product])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_cut_to_sizes_and_shown(staff, acme, ben, as_, article, kind):
    file = SimpleUploadedFile("egal.exe", picture(kind))
    assert save(staff(), article, picture_file=file, picture_text="Ein Heizkörper").status_code == 302
    kept = Picture.objects.get()
    with Image.open(kept.small) as small, Image.open(kept.large) as large:
        assert (small.format, small.size, large.size) == ("WEBP", (480, 160), (1200, 400))
    page = as_(ben).get(reverse("article_detail", args=[acme.number, article.number])).content.decode()
    assert 'alt="Ein Heizkörper" width="1200" height="400"' in page
    url = reverse("article_picture", args=[acme.number, article.number, "large", kept.sha256[:16]])
    assert url in page
    answer = as_(ben).get(url)
    assert answer.headers["Content-Type"] == "image/webp" and "private" in answer.headers["Cache-Control"]
    assert b"".join(answer.streaming_content)[8:12] == b"WEBP"


def test_the_place_where_a_photo_was_taken_does_not_go_out(staff, article):
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E], exif[0x0112] = "Lindenallee 1", 6
    Image.new("RGB", (400, 200)).save(out, "JPEG", exif=exif)
    save(staff(), article, picture_file=SimpleUploadedFile("foto.jpg", out.getvalue()))
    kept = Picture.objects.get()
    assert (kept.width, kept.height) == (200, 400), "turned upright"
    assert b"Lindenallee" not in kept.large.read()


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a",
        b"",
        b"\x89PNG\r\n\x1a\n kaputt",
        picture()[:60],
        b"x" * 100,
    ],
    ids=["svg", "gif", "empty", "broken", "cut off", "text"],
)
def test_what_is_no_picture_is_refused_whatever_it_is_called(staff, article, content):
    answer = save(staff(), article, picture_file=SimpleUploadedFile("bild.png", content))
    assert answer.status_code == 200 and not Picture.objects.exists()
    assert "kein Bild" in answer.content.decode() or "leer" in answer.content.decode()


def test_a_picture_that_would_fill_the_memory_is_refused_unread(staff, article):
    bomb = picture(size=(9000, 9000), mode="1")
    assert len(bomb) < 50_000
    answer = save(staff(), article, picture_file=SimpleUploadedFile("bild.png", bomb))
    assert answer.status_code == 200 and not Picture.objects.exists()


def test_a_picture_of_what_does_not_fit_is_not_there(staff, acme, ben, as_, article):
    """Edge 61."""
    save(staff(), article, picture_file=SimpleUploadedFile("bild.png", picture()))
    url = reverse("article_picture", args=[acme.number, article.number, "small", Picture.objects.get().sha256[:16]])
    client = as_(ben)
    assert client.get(url).status_code == 200
    assert client.get(url.replace("small", "original")).status_code == 404
    Article.objects.update(is_active=False)
    assert client.get(url).status_code == 404


# --- rules ---


def fit_row(product, **more):
    row = {"product": product.pk, "min_seats": 1, "needs_care": "", "from_version": "", **more}
    return {"fit_rows-TOTAL_FORMS": 1, **{f"fit_rows-0-{name}": value for name, value in row.items()}}


def test_a_version_is_looked_up_and_an_unknown_one_refused(staff):
    product = make.ProductFactory()
    release = make.ReleaseFactory(product=product, version="24.1")
    article, client = make.ArticleFactory(), staff()
    answer = save(client, article, **fit_row(product, from_version="99"))
    assert "hat keine Version 99" in answer.content.decode()
    assert save(client, article, **fit_row(product, from_version="24.1")).status_code == 302
    assert Fit.objects.get().from_day == release.released_on


def test_a_ring_of_successors_is_refused(staff):
    first = make.ArticleFactory()
    second = make.ArticleFactory(successor=first)
    answer = save(staff(), first, successor=second.pk)
    assert "führt zu diesem Artikel zurück" in answer.content.decode()


def test_the_tool_says_why(staff, acme, article):
    client, url = staff("Support"), reverse("admin:shop_article_why")
    page = client.get(url, {"customer": "domus 12345", "article": article.number.lower().replace("-", " ")})
    page = page.content.decode()
    assert f"Hausverwaltung Sonnenhof GmbH (12345) sieht {article}." in page
    Fit.objects.update(min_seats=99)
    page = client.get(url, {"customer": "12345", "article": article.number}).content.decode()
    assert "nicht." in page and "1 von 99 Arbeitsplätzen lizenziert" in page
    for wrong in ({"customer": "gibt es nicht", "article": article.number}, {"customer": "12345", "article": "TSA-X"}):
        page = client.get(url, wrong).content.decode()
        assert "passt zu keinem oder zu mehreren Kunden" in page or "gibt es nicht" in page


def test_the_list_of_what_nobody_sees(staff, article):
    lost = make.ArticleFactory(number="TSA-VERLOREN")
    page = staff().get(reverse(LIST), {"reach": "nobody"}).content.decode()
    assert lost.number in page and article.number not in page


def test_many_are_taken_off_sale_and_edited_at_once(staff, article):
    client, other = staff(), make.ArticleFactory()
    client.post(reverse(LIST), {"action": "take_off_sale", "_selected_action": [article.pk, other.pk]})
    assert set(Article.objects.values_list("is_active", flat=True)) == {False}
    rows = {"form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 2, "_save": "1"}
    for place, pk in enumerate(Article.objects.order_by("pk").values_list("pk", flat=True)):
        rows |= {f"form-{place}-id": pk, f"form-{place}-list_price": "7.50", f"form-{place}-is_active": "on"}
    client.post(reverse(LIST), rows)
    assert set(Article.objects.values_list("list_price", "is_active")) == {(Decimal("7.50"), True)}


def test_synonyms_count_at_once(staff):
    article = make.ArticleFactory(name="Nebenkostenabrechnung")
    assert not find(Article.objects.all(), "Umlagen")[0].exists()
    client = staff()
    page = client.post(reverse("admin:shop_synonym_add"), {"words": "Umlagen"}).content.decode()
    assert "mindestens zwei Wörter" in page
    client.post(reverse("admin:shop_synonym_add"), {"words": " Umlagen ,Nebenkosten"})
    assert Synonym.objects.get().words == "Umlagen, Nebenkosten"
    assert list(find(Article.objects.all(), "umlagen")[0]) == [article]


def test_searches_without_a_hit_are_there_for_staff(staff, acme, ben, as_):
    client, url = as_(ben), reverse("article_list", args=[acme.number])
    for typed in ("Hydraulik", "hydraulik", "ben@12345.example", "x"):
        client.get(url, {"q": typed})
    assert list(Miss.objects.values_list("text", "count")) == [("hydraulik", 2)]
    assert "hydraulik" in staff().get(reverse("admin:shop_miss_changelist")).content.decode()


def test_who_confirmed_a_vat_id_is_kept(staff, acme):
    staff("Vertrieb").post(
        reverse("admin:shop_vatcheck_add"), {"company": acme.pk, "vat_id": "atu 13585627", "checked_on": "23.11.2026"}
    )
    check = VatCheck.objects.get()
    assert (check.vat_id, check.checked_by.username) == ("ATU13585627", "vertrieb")
