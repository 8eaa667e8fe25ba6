"""The one reader of tables: whatever a spreadsheet or the ERP saves, each row is given or told, and none vanishes."""

import csv
import io
import tracemalloc
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from portal.lib.erp.encoding import decoded
from portal.lib.erp.reading import (
    BAD_SIGN,
    LONG_CELL,
    LONG_LINE,
    OPEN_QUOTE,
    TOO_FEW,
    TOO_MANY,
    FileRefused,
    Sheet,
    holds_rows,
)

HEAD = ["ProdNr", "Bezeichnung", "Kurztext", "Aktiv"]


def read(content, needed=HEAD, optional=()):
    content = content if isinstance(content, bytes) else content.encode()
    return list(Sheet(io.BytesIO(content), needed, optional).rows())


def table(*lines):
    return "\r\n".join([";".join(HEAD), *lines, ""])


# --- encodings ---

MARKS = {"utf-8-sig": "utf-8-sig", "utf-16": "utf-16", "utf-32": "utf-32"}
ROW = (2, ["1", "Größe – 5 €", "Straße", "J"], "")


@pytest.mark.parametrize(
    "encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"]
)
def test_each_usual_encoding_is_read_with_and_without_its_mark(encoding):
    if encoding == "utf-32-be":
        content = b"\x00\x00\xfe\xff" + table("1;Größe – 5 €;Straße;J").encode(encoding)
    else:
        content = table("1;Größe – 5 €;Straße;J").encode(encoding)
    assert read(content) == [ROW]


@pytest.mark.parametrize("mark", ["\ufeff\ufeff", "\ufeffï»¿", "\ufeff\r\n\r\n", "\r\n ;; \r\n"])
def test_marks_and_blank_lines_before_the_heading_do_not_matter(mark):
    assert [cells for _line, cells, _why in read(f'{mark}"ProdNr";Bezeichnung;Kurztext;Aktiv\n1;a;b;J')] == [
        ["1", "a", "b", "J"]
    ]


@pytest.mark.parametrize("bad", range(3), ids=["first", "middle", "last"])
def test_one_row_in_windows_1252_does_not_decide_for_a_utf_8_file(bad):
    lines = [f"{n};München;Straße;J".encode() for n in range(3)]
    lines[bad] = f"{bad};Büro für Öl;Übergröße;J".encode("cp1252")
    rows = read(b"\n".join([";".join(HEAD).encode(), *lines]))
    assert rows[bad] == (bad + 2, [], BAD_SIGN)
    assert [cells[1] for _line, cells, why in rows if not why] == ["München", "München"]


@pytest.mark.parametrize("good", range(3), ids=["first", "middle", "last"])
def test_one_row_in_utf_8_is_rightly_read_in_a_windows_1252_file(good):
    lines = [f"{n};München;Straße;J".encode("cp1252") for n in range(3)]
    lines[good] = "7;Köln;Größe – „Müll“;J".encode()
    rows = read(b"\n".join([";".join(HEAD).encode(), *lines]))
    assert rows[good] == (good + 2, ["7", "Köln", "Größe – „Müll“", "J"], "")
    assert [cells[1] for place, (_line, cells, _why) in enumerate(rows) if place != good] == ["München", "München"]


def test_two_encodings_in_one_cell_are_told():
    content = table("1;a;b;J", "2;MÃ¼nchen Straße;ö;J", "3;ä;ö;J").encode("cp1252")
    assert read(content)[1] == (3, [], BAD_SIGN)


def test_what_windows_1252_says_that_could_be_utf_8_by_chance():
    """ß before dots or a closing quotation mark is a valid pair of bytes in UTF-8."""
    assert read(table("1;Spaß…;b;J").encode("cp1252")) == [(2, ["1", "Spaß…", "b", "J"], "")]
    assert read(table("1;SÃO PAULO;Ärger;J").encode("cp1252")) == [(2, ["1", "SÃO PAULO", "Ärger", "J"], "")]


def test_a_file_is_decided_by_all_its_lines_however_long_it_is():
    lines = [f"{n};ASCII;;J" for n in range(30_000)]
    rows = read(table(*lines, "x;Größe;Maß;J").encode("cp1252"))
    assert (len(rows), rows[-1][1][1]) == (30_001, "Größe")


def test_small_texts_are_decoded_by_the_same_rule():
    for encoding in ("cp1252", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"):
        assert decoded("ArtNr;Größe".encode(encoding)) == "ArtNr;Größe"


# --- separators and headings ---


@pytest.mark.parametrize("sign", [";", "\t", ",", "|"])
@pytest.mark.parametrize("told", ["", "sep={}\r\n", '"sep={}"\r\n', "SEP={};;;\r\n"])
def test_the_separator_is_told_by_excel_or_found(sign, told):
    content = told.format(sign) + table("1;a;;J").replace(";", sign)
    assert [cells for _line, cells, _why in read(content)] == [["1", "a", "", "J"]]


def test_lines_are_counted_as_an_editor_counts_them():
    rows = read('sep=;\r\n\r\nProdNr;Bezeichnung;Kurztext;Aktiv\r\n1;"a\r\nb";c;J\r\n\r\n2;d;e;J')
    assert [(line, cells[0]) for line, cells, _why in rows] == [(4, "1"), (7, "2")]


@pytest.mark.parametrize(
    "head, said",
    [
        ("ProdNr;Bezeichnung;Kurztext", "columns missing: Aktiv"),
        ("ProdNr;Bezeichnung;Kurztext;Aktiv;ProdNr", "columns twice: ProdNr"),
        ('ProdNr;"Bezeichnung;Kurztext;Aktiv', "not readable as CSV"),
        ("", "columns missing"),
        ("x" * 3_000_000, "longer than 1,000,000"),
    ],
    ids=["missing", "twice", "open quote", "empty", "endless"],
)
def test_a_heading_that_is_none_refuses_the_file(head, said):
    with pytest.raises(FileRefused, match=said):
        read(head + "\n1;a;b;J")


def test_a_heading_nobody_asks_for_may_stand_twice_and_others_may_be_absent():
    content = "Farbe;Aktiv;ProdNr;Farbe;Kurztext;Bezeichnung\nrot;J;1;blau;kurz;Name\n"
    sheet = Sheet(io.BytesIO(content.encode()), ["ProdNr"], ["Aktiv", "SupportBis"])
    assert sheet.found == ["ProdNr", "Aktiv"]
    assert list(sheet.rows()) == [(2, ["1", "J"], "")]


def test_a_heading_in_decomposed_letters_is_the_same_heading():
    assert read("Gro\u0308ße;Nr\n3;1\n", ["Größe", "Nr"]) == [(2, ["3", "1"], "")]


# --- rows ---


def test_last_cells_that_excel_leaves_out_are_empty():
    assert read(table("1;a;b", "2;a;b;J;;;")) == [(2, ["1", "a", "b", ""], ""), (3, ["2", "a", "b", "J"], "")]


@pytest.mark.parametrize(
    "line, reason",
    [
        ("2;a", TOO_FEW),
        ("2;Fuß; Maß;b;J", TOO_MANY),
        ('2;"a" b;c;J', OPEN_QUOTE),
        ('2;"a;b;J', OPEN_QUOTE),
        ("2;" + "x" * 140_000 + ";b;J", LONG_CELL),
        ("2;" + "x;" * 600_000, LONG_LINE),
        ("2;" + "x" * 2_500_000 + ";b;J", LONG_LINE),
        ("2;a\x0bb;c;J", BAD_SIGN),
        ("2;a\0b;c;J", BAD_SIGN),
        ("2;a\x85b;c;J", BAD_SIGN),
        ("2;a\ufffdb;c;J", BAD_SIGN),
    ],
)
def test_a_row_that_cannot_be_read_is_told_and_its_neighbours_are_taken(line, reason):
    rows = read(table("1;ä;b;J", line, "3;ü;b;J"))
    assert rows == [(2, ["1", "ä", "b", "J"], ""), (3, [], reason), (4, ["3", "ü", "b", "J"], "")]


def test_a_sign_that_is_not_allowed_counts_only_where_it_is_asked_for():
    assert read("Egal;ProdNr\na\x02b;1\n", ["ProdNr"]) == [(2, ["1"], "")]


def test_decomposed_letters_are_composed():
    assert read(table("1;Za\u0308hler;b;J")) == [(2, ["1", "Zähler", "b", "J"], "")]


@pytest.mark.parametrize(
    "lines, taken",
    [
        (['1;"A;x;J', "2;B;x;J", '3;"C";x;J', "4;D;x;J"], {"2", "3", "4"}),
        (['1;"A;x;J', "2;B;x;J"], {"2"}),
        (['1;"A;x;J', '2;B 17";x;J', "3;C;x;J"], {"2", "3"}),
        (['1;A;x;"J', '2;"B";x;J', "3;C;x;J"], {"2", "3"}),
        (['1;"A;x;J', '2;"";x;J', "3;C;x;J"], {"2", "3"}),
    ],
)
def test_a_quotation_mark_that_never_closes_costs_its_own_row_only(lines, taken):
    rows = read(table(*lines))
    assert {cells[0] for _line, cells, why in rows if not why} == taken
    assert [(line, why) for line, _cells, why in rows if why] == [(2, OPEN_QUOTE)]


# --- properties ---

# Composed, and without control characters: those are composed or refused.
CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd\ufffe\uffff")
    | st.sampled_from(';\t,|"\n'),
    max_size=12,
).map(lambda text: unicodedata.normalize("NFC", text))


@given(st.data(), st.integers(2, 6), st.sampled_from(";\t,|"))
def test_well_formed_tables_are_read_as_python_reads_them(data, width, sign):
    head = [f"Spalte{n}" for n in range(width)]
    rows = data.draw(st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=6))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=sign)
    writer.writerow(head)
    writer.writerows(rows)
    text = out.getvalue()
    wanted = list(csv.reader(io.StringIO(text, newline=""), delimiter=sign))[1:]
    assume(not any(_looks_like_rows(row, sign, width) for row in rows))
    assert [cells for _line, cells, why in read(text, head) if not why] == wanted


def _looks_like_rows(row, sign, width):
    """Whether each line of the row as written looks like a row of its own: that is told instead."""
    out = io.StringIO()
    csv.writer(out, delimiter=sign).writerow(row)
    lines = list(io.StringIO(out.getvalue(), newline=""))
    return len(lines) > 1 and holds_rows(lines, sign, width)


@given(
    st.integers(2, 8),
    st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 40), st.sampled_from(['"', ";", '""', "\0", "\r"])), max_size=4
    ),
)
@example(3, [(0, 2, '"'), (2, 8, '"')])
@example(2, [(0, 3, '"'), (1, 9, '"')])
def test_whatever_is_put_into_a_table_no_row_vanishes(count, strays):
    """Each row is taken by its number, or told by its line."""
    lines = [f"k{n};Name {n};kurz;J" for n in range(count)]
    for place, at, sign in strays:
        if place < count:
            lines[place] = lines[place][:at] + sign + lines[place][at:]
    text = table(*lines)
    rows = read(text)
    seen = [cells[0] for _line, cells, why in rows if not why]
    told = {line for line, _cells, why in rows if why}
    for n in range(count):
        if any(place == n for place, _at, _sign in strays):
            continue
        # A stray carriage return before it moves the line.
        before = sum(1 for place, _at, sign in strays if place < n and sign == "\r")
        assert f"k{n}" in seen or told & set(range(n + 2, n + 3 + before)), (text, rows)


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: text.encode("utf-16")))
def test_no_bytes_break_the_reader(content):
    for head in (b"", b"ProdNr;Bezeichnung;Kurztext;Aktiv\n"):
        try:
            rows = read(head + content)
        except FileRefused as refusal:
            assert str(refusal)
            continue
        lines = [line for line, _cells, _why in rows]
        assert lines == sorted(set(lines))
        assert all(why or len(cells) == 4 for _line, cells, why in rows)


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "gross.csv"
    peaks = []
    for count in (2_000, 20_000):
        path.write_text(table(*(f'{n};"Größe {n}";x;J' for n in range(count))), encoding="utf-8")
        tracemalloc.start()
        with path.open("rb") as file:
            assert sum(1 for _row in Sheet(file, HEAD).rows()) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 200_000
