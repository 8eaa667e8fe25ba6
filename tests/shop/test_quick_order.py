"""Ordering by lines: typed, pasted, uploaded; what is wrong is said by line, and nothing breaks."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shop.cart import read_cart
from shop.quick_order import read_lines

from .. import factories as make


@pytest.fixture
def articles(acme):
    product = acme.licences.get().product
    names = {"TSA-K10014": "Heizkosten", "TSA-K10020": "Technik", "TSA-S10046": "Schulung"}
    return [make.ArticleFactory(number=number, name=name, fits=[product]) for number, name in names.items()]


@pytest.fixture
def send(acme, ben, as_):
    client, url = as_(ben), reverse("quick_order", args=[acme.number])
    return lambda **data: client.post(url, data)


def in_cart(company, user):
    return {line.article.number: line.quantity for line in read_cart(company, user).lines}


@pytest.mark.parametrize(
    "line, number, quantity",
    [
        ("TSA-K10014; 3", "TSA-K10014", 3),
        ("tsa k 10014;3", "TSA-K10014", 3),
        ("TSA.K.10014\t3", "TSA-K10014", 3),
        ("TSA-K10014,3", "TSA-K10014", 3),
        ('"TSA-K10014";"3";"noch etwas"', "TSA-K10014", 3),
        ("TSA-K10014", "TSA-K10014", 1),
        ("TSA K 10014", "TSA-K10014", 1),
        ("TSA-K10014 3", "TSA-K10014", 3),
        ("tsa k 10014 3", "TSA-K10014", 3),
        ("  TSA-K10014 ;  3 ;", "TSA-K10014", 3),
        ("TSA-K10014;", "TSA-K10014", 1),
    ],
)
def test_how_a_line_may_be_written(acme, articles, line, number, quantity):
    """Edge 62: blanks, dots and dashes do not matter."""
    (entry,) = read_lines(acme, line)
    assert (entry.error, entry.article.number, entry.quantity) == ("", number, quantity)


@pytest.mark.parametrize(
    "line, said",
    [
        ("TSA-K99999; 1", "keinen Artikel"),
        ("TSA-K10014; 0", "von 1 bis 9999"),
        ("TSA-K10014; -1", "keine ganze Zahl"),
        ("TSA-K10014; 1,5", "keine ganze Zahl"),
        ("TSA-K10014; 1000000000", "keine ganze Zahl"),
        ("TSA-K10014; 99999", "von 1 bis 9999"),
        ("TSA-K10014; viele", "keine ganze Zahl"),
        ("TSA-K10014; ٣", "keine ganze Zahl"),
        ("'; drop table shop_article; --", "keine ganze Zahl"),
    ],
)
def test_what_is_wrong_is_said_by_line(acme, articles, line, said):
    """Edge 65."""
    good, wrong = read_lines(acme, f"TSA-K10020;1\n{line}")
    assert good.error == "" and wrong.place == 2
    assert said in wrong.error


def test_all_lines_right_go_into_the_cart_at_once(acme, ben, send, articles):
    response = send(lines="Artikelnummer;Menge\nTSA-K10014;2\n\nTSA-K10020;1\nTSA-K10014;3\n")
    assert response.url == reverse("cart_detail", args=[acme.number])
    assert in_cart(acme, ben) == {"TSA-K10014": 5, "TSA-K10020": 1}


@pytest.mark.parametrize(
    "head",
    ["ArtNr;Menge", "Artikelnummer", "Art.-Nr.\tAnzahl Stück", "Item no.,Qty", '"Nummer";"Stück"', "Bezeichnung;Menge"],
)
@pytest.mark.parametrize("before", ["", "sep=;\n", "\ufeff\n;;\n"])
def test_a_heading_is_no_line(acme, articles, before, head):
    (entry,) = read_lines(acme, f"{before}{head}\nTSA-K10014;2")
    assert (entry.article.number, entry.quantity, entry.error) == ("TSA-K10014", 2, "")


@pytest.mark.parametrize(
    "line, error",
    [
        ("MODUL;2", ""),
        ("MODUL", ""),
        ("modul;zwei", "keine ganze Zahl"),
        ("MODULE;2", "keinen Artikel"),
        ("MODULE", "keinen Artikel"),
        ("Artikel 5", "keinen Artikel"),
        ("TSA-K99999;3 Stück", "keine ganze Zahl"),
        ("Artikel;2", "keinen Artikel"),
    ],
)
def test_a_first_line_that_is_no_heading_is_taken_or_told(acme, articles, line, error):
    make.ArticleFactory(number="MODUL", fits=[acme.licences.get().product])
    first, second = read_lines(acme, f"{line}\nTSA-K10014;1")
    assert error in first.error and bool(error) == bool(first.error)
    assert second.article.number == "TSA-K10014"


def test_an_article_whose_number_is_a_heading_word(acme, articles):
    make.ArticleFactory(number="SKU", fits=[acme.licences.get().product])
    assert [entry.article.number for entry in read_lines(acme, "SKU\nTSA-K10014;1")] == ["SKU", "TSA-K10014"]


@pytest.mark.parametrize("line", ["TSA-K99999;Stück", "Artikel", "Menge", "Nummer;Menge", "1;Menge"])
def test_a_heading_has_no_number_and_something_below_it(acme, articles, line):
    """Alone, or with a number in it, it is told."""
    (entry,) = read_lines(acme, line)
    assert entry.error
    if any(sign.isdigit() for sign in line):
        first, _second = read_lines(acme, f"{line}\nTSA-K10014;1")
        assert first.error


KNOWN = ["TSA-K10014", "tsa k 10014", "TSA.K.10020", "TSA-S10046"]
PART = st.one_of(
    st.sampled_from(
        [*KNOWN, "ArtNr", "Menge", "Artikel", "Stück", "MODUL", "TSA-K99999", "", " ", "3", "03", "0", "-1"]
    ),
    st.text(alphabet="aK1-. \"'=ä\u00a0\u200b", max_size=8),
)
LINE = st.builds(str.join, st.sampled_from(";\t,|"), st.lists(PART, min_size=1, max_size=4))


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(LINE, max_size=12))
def test_every_line_is_taken_corrected_or_told(acme, articles, lines):
    """In the order they were typed; but empty lines and headings, which hold no digit, each is there once."""
    entries = read_lines(acme, "\n".join(lines))
    places = [entry.place for entry in entries]
    assert places == sorted(set(places))
    for entry in entries:
        assert bool(entry.article and not entry.error) or entry.error
        assert entry.line == lines[entry.place - 1] or not lines[entry.place - 1].isprintable()
    for place in set(range(1, len(lines) + 1)) - set(places):
        said = re.sub(r"[\W_]", "", lines[place - 1])
        assert not said or not re.search(r"\d", "".join(re.split(r"[;\t,|]", lines[place - 1])[:2])), lines[place - 1]


@pytest.mark.parametrize("count", [201, 250, 399])
def test_lines_that_are_too_many_stay_in_the_field(acme, ben, send, articles, count):
    """None is lost: the first two hundred go into the cart, the rest is told and kept."""
    numbers = [f"TSA-K10014;{place % 3 + 1}" for place in range(count)]
    page = send(lines="\n".join(numbers), skip="1")
    assert in_cart(acme, ben) == {"TSA-K10014": sum(place % 3 + 1 for place in range(200))}
    assert page.context["form"].initial["lines"].splitlines() == numbers[200:]


def test_headings_alone_are_told(send, articles):
    answer = send(lines="ArtNr;Menge\nArtNr;Menge")
    assert answer.status_code == 422 and "mindestens eine Artikelnummer" in answer.content.decode()


def test_a_long_wrong_line_is_kept_whole(acme, send, articles):
    wrong = "X" * 400 + ";1"
    page = send(lines=f"TSA-K10014;1\n{wrong}", skip="1")
    assert page.context["form"].initial["lines"] == wrong


def test_typed_lines_and_a_file_with_a_heading_of_its_own(acme, ben, send, articles):
    send(lines="TSA-K10020;1", file=SimpleUploadedFile("b.csv", b"\xef\xbb\xbfArtNr;Menge\r\nTSA-K10014;2\r\n"))
    assert in_cart(acme, ben) == {"TSA-K10014": 2, "TSA-K10020": 1}


@pytest.mark.parametrize(
    "line, said",
    [
        ('"TSA-K10014;3', "Anführungszeichen"),
        ("TSA-K\x0110014;3", "Zeichen nicht erlaubt"),
        ("TSA-K10014 3;5", "keinen Artikel"),
        (";3", "keinen Artikel"),
        ("TSA-K10014" + "-" * 70 + "X;1", "keinen Artikel"),
    ],
)
def test_a_line_that_says_two_things_is_told(acme, articles, line, said):
    _good, wrong = read_lines(acme, f"TSA-K10020;1\n{line}")
    assert said in wrong.error


def test_the_most_lines_and_a_heading_are_not_too_many(acme, articles):
    entries = read_lines(acme, "ArtNr;Menge\n" + "TSA-K10014;1\n" * 200)
    assert len(entries) == 200 and not any(entry.error for entry in entries)


def test_with_a_wrong_line_nothing_is_put_and_everything_is_kept(acme, ben, send, articles):
    text = "TSA-K10014;2\nTSA-K10015;1"
    response = send(lines=text)
    page = response.content.decode()
    assert response.status_code == 422 and in_cart(acme, ben) == {}
    assert "Zeile 2" in page and text in page, "what was typed is kept"
    assert "TSA-K10014 Heizkosten" in " ".join(page.split()), "the nearest numbers are suggested"
    send(lines=text, skip="1")
    assert in_cart(acme, ben) == {"TSA-K10014": 2}


def test_what_does_not_fit_is_as_unknown_as_what_does_not_exist(acme, articles):
    """Edge 61: neither the message nor the suggestions tell that an article exists."""
    make.ArticleFactory(number="TSA-X1", name="Konzernabschluss", fits=[make.ProductFactory(number="9", name="ERP")])
    unfit, unknown, word = (
        read_lines(acme, "TSA-X1\nTSA-X2\nTSA-K10014\nKonzernabschluss")[:2]
        + read_lines(acme, "TSA-K10014\nKonzernabschluss")[1:]
    )
    assert unfit.error.replace("X1", "X2") == unknown.error
    assert unfit.suggestions == unknown.suggestions == word.suggestions == []


@pytest.mark.parametrize(
    "content",
    [
        "ArtNr;Anzahl Stück\r\nTSA-K10014;2\r\n".encode("cp1252"),
        "\ufeffArtNr;Anzahl\r\nTSA-K10014;2\r\n".encode(),
        "ArtNr\tAnzahl\r\nTSA-K10014\t2\r\n".encode("utf-16"),
        "ArtNr\tAnzahl\r\nTSA-K10014\t2\r\n".encode("utf-16-le"),
        b'sep=,\r\nArtNr,Anzahl\r\n="TSA-K10014",2\r\n',
    ],
    ids=["Windows", "UTF-8", "UTF-16", "UTF-16 without mark", "told separator"],
)
def test_a_file_as_excel_saves_it(acme, ben, send, articles, content):
    send(file=SimpleUploadedFile("bestellung.csv", content))
    assert in_cart(acme, ben) == {"TSA-K10014": 2}


@pytest.mark.parametrize(
    "content, said",
    [
        (b"PK\x03\x04" + b"x" * 100, "keine CSV-Datei"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "keine CSV-Datei"),
        (b"a;1\n" * 100_000, "größer als 256 KB"),
    ],
    ids=["workbook", "picture", "large"],
)
def test_other_files_are_refused_beside_the_field(send, articles, content, said):
    response = send(file=SimpleUploadedFile("bestellung.csv", content))
    assert response.status_code == 422
    assert said in response.content.decode()


@pytest.mark.parametrize("text", ["x" * 5_000_000, "TSA-K10014;1\n" * 400_000], ids=["one line", "lines"])
def test_five_megabytes_are_no_server_error(acme, ben, send, articles, text):
    assert send(lines=text).status_code in {400, 413, 422}
    assert in_cart(acme, ben) == {}


def test_more_lines_than_a_cart_holds_are_said(acme, send, articles):
    page = send(lines="TSA-K10014;1\n" * 300).content.decode()
    assert "Höchstens 200 Zeilen" in page


def test_queries_do_not_grow_with_the_lines(acme, ben, send, articles, django_assert_max_num_queries):
    product = acme.licences.get().product
    numbers = [make.ArticleFactory(fits=[product]).number for _one in range(60)]
    with django_assert_max_num_queries(18):
        send(lines="\n".join(numbers))
    assert len(in_cart(acme, ben)) == 60
