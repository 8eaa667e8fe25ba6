"""Postal codes, phones and VAT ids by country: Germany, Austria, Switzerland, the Netherlands, Britain."""

import pytest

from portal.lib.by_country import is_phone, is_postal_code, is_vat_id, postal_code

POSTAL = [
    ("DE", "80331 01067 D-80331 D-01067", "ABC 8033 803311 8O331 1010 1234AB 80-331"),
    ("AT", "1010 6020 A-1010", "80331 ABC 101"),
    ("CH", "8001 1204 CH-8001", "80331 ABC 80"),
    ("LI", "9490", "949"),
    ("NL", "1234AB 1234ab 9999ZZ", "1234 0123AB ABC 80331"),
    ("GB", "SW1A1AA sw1a1aa M25BQ", "80331 ABC 1234AB"),
    ("LU", "1234 L-1234", "80331"),
]
PHONES = [
    ("DE", ["089 66086-0", "+49 (89) 66086 0", "0171/1234567", "0049 30 901820", "+43 1 53115", "(089)4520170"],
     ["ABC", "Büro Süd", "12", "+49", "00", "089", "Telefon", "+999 123456", "siehe oben 12345 anrufen"]),
    ("AT", ["01 53115", "+43 512 5360", "0664 1234567"], ["ABC", "1", "+43"]),
    ("CH", ["044 123 45 67", "+41 31 322 21 11", "079 123 45 67"], ["ABC", "123", "044 12"]),
    ("NL", ["020 624 1111", "+31 20 624 1111", "06 12345678"], ["ABC", "020 12"]),
    ("GB", ["020 7946 0958", "+44 20 7946 0958", "07400 123456"], ["ABC", "020 79"]),
]  # fmt: skip
VAT = [
    ("DE", ["DE136695976", "de 136 695 976"], ["136695976", "DE136695977", "ABC", "ATU37675002", "DE12"]),
    ("AT", ["ATU37675002", "ATU 3767 5002"], ["U37675002", "ATU37675003", "DE136695976"]),
    ("CH", ["CHE-107.787.577 IVA", "CHE107787577", "CHE-107.787.577 MWST"], ["CHE-107.787.578", "DE136695976", "ABC"]),
    ("NL", ["NL004495445B01"], ["NL004495445B0", "004495445B01", "ABC"]),
    ("GB", ["GB980780684", "XI 980780684", "980 7806 84"], ["GB980780685", "ABC"]),
    ("GR", ["EL094259216"], ["GR094259216"]),
    ("LU", ["LU15027442"], ["LU15027443"]),
]


@pytest.mark.parametrize("country, right, wrong", POSTAL)
def test_postal_codes(country, right, wrong):
    assert [code for code in right.split() if not is_postal_code(code, country)] == []
    assert [code for code in wrong.split() if is_postal_code(code, country)] == []


def test_postal_codes_get_their_country_s_spelling():
    assert postal_code(" D - 80331 ", "DE") == "80331" and postal_code("sw1a  1aa", "GB") == "SW1A 1AA"
    assert postal_code("L1 8JQ", "GB") == "L1 8JQ"
    assert is_postal_code("anything", "HK") and is_postal_code("anything", "") and is_postal_code("1", "XX")


@pytest.mark.parametrize("country, right, wrong", PHONES)
def test_phones(country, right, wrong):
    assert [number for number in right if not is_phone(number, country)] == []
    assert [number for number in wrong if is_phone(number, country)] == []


def test_without_a_country_a_number_needs_its_plus():
    assert is_phone("+49 89 66086-0", "") and not is_phone("089 66086-0", "")


@pytest.mark.parametrize("country, right, wrong", VAT)
def test_vat_ids(country, right, wrong):
    assert [number for number in right if not is_vat_id(number, country)] == []
    assert [number for number in wrong if is_vat_id(number, country)] == []


def test_where_no_rule_is_known_none_is_broken():
    assert is_vat_id("12-3456789", "US") and is_vat_id("x", "")
