"""Workbooks: every text comes out as it went in, and memory stays flat."""

import io
import tracemalloc
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from portal.lib import xlsx
from portal.lib.xlsx import write_xlsx

from ..sheets import cells_of, texts_of

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+-@\t\n'"), max_size=20
)


def written(header, rows):
    out = io.BytesIO()
    write_xlsx(out, header, rows)
    return out.getvalue()


@given(st.lists(st.lists(TEXT.filter(bool), min_size=2, max_size=2), min_size=1, max_size=4))
def test_every_text_comes_out_as_it_went_in(rows):
    rows = [[cell.replace("_x", "x") for cell in row] for row in rows]
    assert texts_of(written(["a", "b"], rows))[1:] == rows


def test_nothing_is_a_formula_an_address_or_a_number_that_was_none():
    cells = ["=1+1", "http://a.example", "00815", "1-12", "4711E5", "TRUE", "#N/A", "{=1}", "mailto:a@b.example"]
    assert cells_of(written(["x"] * len(cells), [cells]))[1] == [("inlineStr", cell) for cell in cells]


def test_decimals_are_numbers_and_none_is_empty():
    _head, row = cells_of(written(["a", "b", "c"], [[Decimal("1299.50"), None, Decimal("-0.01")]]))
    assert (row[0], row[2]) == (("n", "1299.5"), ("n", "-0.01"))


def test_more_than_a_cell_or_a_sheet_takes(monkeypatch):
    monkeypatch.setattr(xlsx, "MOST_ROWS", 3)
    rows = texts_of(written(["a"], [["x" * 40_000]] + [["y"]] * 9))
    assert (len(rows[1][0]), rows[1][0][-1]) == (32_767, "…")
    assert len(rows) == 5 and "3" in rows[-1][0]


def test_memory_does_not_grow_with_the_table(tmp_path):
    peaks = []
    for count in (500, 5_000):
        tracemalloc.start()
        with (tmp_path / "t.xlsx").open("wb") as file:
            write_xlsx(file, ["a", "b"], ([f"Zeile {n}", "x" * 50] for n in range(count)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 300_000


def test_a_sheet_opens_whatever_an_old_row_holds():
    (_head, row) = texts_of(written(["a"], [["a\ufffeb\uffffc\x01d\ud83de"]]))
    assert row[0].startswith("a\ufffdb\ufffdc") and row[0].endswith("d\ufffde")
