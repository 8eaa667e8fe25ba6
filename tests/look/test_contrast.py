"""Every pair of colours that meets on a page, light and dark (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from .colour import contrast, read

SOURCE = re.sub(r"/\*.*?\*/", "", (Path(settings.BASE_DIR) / "static/css/tokens.css").read_text(), flags=re.S)
LIGHT, DARK = (
    dict(re.findall(r"(--[\w-]+):\s*([^;]+);", block)) for block in re.findall(r":root\s*{(.*?)}", SOURCE, flags=re.S)
)
SCHEMES = {"light": LIGHT, "dark": {**LIGHT, **DARK}}
# Another vendor's colours: white text on the first, nearly black text on the second (portal/settings.py).
BRANDS = {
    "light": [LIGHT["--brand"], "#8b1e3f", "#1d4ed8", "#333333", "#14532d"],
    "dark": [DARK["--brand"], "#f0a0b8", "#93b4ff", "#cccccc", "#86efac"],
}
GROUNDS = ["paper", "surface", "raised", "brand-tint", "amber-tint", "green-tint", "red-tint"]
TEXT = [
    *[("ink", ground) for ground in [*GROUNDS, "mark"]],
    *[("soft", ground) for ground in ["paper", "surface", "raised", "brand-tint", "amber-tint"]],
    *[("brand", ground) for ground in GROUNDS],
    ("on-brand", "brand"),
    ("on-brand", "brand-deep"),
    *[
        (colour, ground)
        for colour in ["amber", "green", "red"]
        for ground in ["paper", "surface", "raised", f"{colour}-tint"]
    ],
    ("surface", "red"),
]
CONTROLS = [
    *[(colour, ground) for colour in ["control", "brand", "amber", "red"] for ground in ["paper", "surface"]],
    ("surface", "control"),
]


def below(least, pairs, tokens):
    """The pairs of colours whose contrast is less."""
    found = {pair: contrast(*[read(f"var(--{name})", tokens) for name in pair]) for pair in pairs}
    return {pair: value for pair, value in found.items() if value < least}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_is_readable(scheme):
    assert below(4.5, TEXT, SCHEMES[scheme]) == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_controls_are_visible(scheme):
    assert below(3, CONTROLS, SCHEMES[scheme]) == {}


@pytest.mark.parametrize(("scheme", "brand"), [(name, brand) for name, all_ in BRANDS.items() for brand in all_])
def test_another_brand_stays_readable(scheme, brand):
    tokens = {**SCHEMES[scheme], "--brand": brand}
    pairs = [("brand", "brand-tint"), ("ink", "brand-tint"), ("on-brand", "brand"), ("on-brand", "brand-deep")]
    assert below(4.5, pairs, tokens) == {}


def test_the_tokens_carry_the_default_brand():
    """A page without /brand.css, such as in the database's absence, still wears the vendor's colours."""
    assert LIGHT["--brand"] == settings.BRAND["color"]
    assert DARK["--brand"] == settings.BRAND["color_dark"]
