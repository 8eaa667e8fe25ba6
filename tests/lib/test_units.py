"""Quantities with their unit, times and greetings: one function each, for screen, mail and paper."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils import timezone, translation

from portal.lib.letterhead import legal_line, missing_details
from portal.lib.letters import html_of
from portal.lib.tags import clock, hello, span
from portal.lib.units import unit_of, with_unit


@pytest.mark.parametrize(
    ("quantity", "unit", "words"),
    [
        (1, "Stunde", "1 Stunde"),
        (4, "Stunde", "4 Stunden"),
        (1, "Stunden", "1 Stunde"),
        (0, "Platz", "0 Plätze"),
        (2, "Platz", "2 Plätze"),
        (2, "Monat", "2 Monate"),
        (3, "Stück", "3 Stück"),
        (2, "pauschal", "2\N{NO-BREAK SPACE}× pauschal"),
        (2, "Heft/Hefte", "2 Hefte"),
        (1, "Heft/Hefte", "1 Heft"),
        (5, "", "5"),
    ],
)
def test_a_unit_has_the_number_of_its_quantity(quantity: int, unit: str, words: str) -> None:
    assert with_unit(quantity, unit) == words


def test_a_price_is_per_one() -> None:
    assert [unit_of(unit) for unit in ("Stunden", "Platz", "Heft/Hefte")] == ["Stunde", "Platz", "Heft"]


def moment(*at: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime(*at))


def test_times_say_uhr() -> None:
    day = SimpleNamespace(starts_at=moment(2026, 12, 14, 9), ends_at=moment(2026, 12, 14, 16, 30))
    two = SimpleNamespace(starts_at=moment(2026, 12, 14, 9), ends_at=moment(2026, 12, 15, 12))
    with translation.override("de"):
        assert clock(moment(2026, 12, 3, 14, 5)) == "03.12.2026, 14:05 Uhr" and clock(None) == ""
        assert span(day) == "14.12.2026, 9 bis 16:30 Uhr"
        assert span(two) == "14.12.2026, 9 Uhr, bis 15.12.2026, 12 Uhr"


@pytest.mark.parametrize(
    ("salutation", "words"),
    [("ms", "Guten Tag Frau Sonntag,"), ("mr", "Guten Tag Herr Sonntag,"), ("", "Guten Tag Petra Sonntag,")],
)
def test_a_mail_greets_by_salutation(salutation: str, words: str) -> None:
    person = SimpleNamespace(salutation=salutation, last_name="Sonntag", get_full_name=lambda: "Petra Sonntag")
    with translation.override("de"):
        assert hello(person) == words
        assert hello(None) == hello(SimpleNamespace(get_full_name="")) == "Guten Tag,"


def test_a_letter_names_the_firm_as_the_register_does(settings) -> None:
    settings.BRAND = {
        **settings.BRAND,
        "seller": "Muster GmbH",
        "seller_seat": "Ottobrunn",
        "seller_court": "Amtsgericht München",
        "seller_register": "HRB 12345",
        "seller_directors": "Erika Muster",
        "vendor_seat": "",
    }
    with translation.override("de"):
        line = legal_line("seller")
        assert legal_line("vendor").count(" · ") == 2, "what is not known is left out"
    assert line == "Muster GmbH · Sitz: Ottobrunn · Amtsgericht München HRB 12345 · Geschäftsführung: Erika Muster"
    assert missing_details() == ["BRAND_VENDOR_SEAT"]


def test_the_line_above_a_link_names_its_button() -> None:
    html = html_of("S", "Text.\n\nBestellung ansehen:\n\ue000https://portal.example/a/\ue001")
    assert '<a class="button" href="https://portal.example/a/">Bestellung ansehen</a>' in html
    assert html.count("Bestellung ansehen") == 1
