"""What a spreadsheet would run is text in our tables."""

import pytest

from portal.lib.csv import safe


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\r\n", "＝", "＋", "－", "＠"])
def test_no_cell_begins_like_a_formula(sign):
    assert safe(f"{sign}1+1") == f"'{sign}1+1"


@pytest.mark.parametrize("text", ["Müller", "1-2", "a=b", "", "ä@b.example"])
def test_other_text_stays(text):
    assert safe(text) == text
