"""The rule about signs, by itself."""

import unicodedata
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from portal.lib.signs import is_hidden, place_of_hidden, refuse_hidden, visible

from .nasty import ALL, OF_LINES, SEEN, UNSEEN

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


def test_every_control_format_and_separator_sign_counts_as_hidden():
    for code in range(0x110000):
        if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            assert is_hidden(chr(code)), hex(code)


@pytest.mark.parametrize("text", UNSEEN, ids=ascii)
def test_what_nobody_sees_is_refused_in_one_line_and_in_several(text):
    assert place_of_hidden(text) is not None and place_of_hidden(text, lines=True) is not None


@pytest.mark.parametrize("text", OF_LINES, ids=ascii)
def test_breaks_are_for_texts_of_several_lines(text):
    assert place_of_hidden(text) == 1 and place_of_hidden(text, lines=True) is None


@pytest.mark.parametrize("text", SEEN, ids=ascii)
def test_signs_of_any_script_are_taken(text):
    assert place_of_hidden(text) is None


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("Anna\nMuster", "Hier passt nur eine Zeile. Bitte nehmen Sie den Zeilenumbruch nach „Anna“ heraus."),
        (
            "Frau\u200bAnna",
            "Nach „Frau“ steht ein unsichtbares Zeichen. Bitte geben Sie diese Stelle neu ein.",
        ),
        ("\u202eAnna", "Der Text beginnt mit einem unsichtbaren Zeichen. Bitte geben Sie ihn neu ein."),
    ],
)
def test_the_sentence_says_where(text, sentence):
    with pytest.raises(ValidationError) as refusal:
        refuse_hidden(text)
    assert refusal.value.messages == [sentence]


@given(ANY_TEXT)
@example("".join(ALL))
def test_a_shown_text_goes_into_xml_and_utf_8(text):
    shown = visible(text)
    assert visible(shown) == shown
    assert (ET.fromstring(f"<a>{escape(shown)}</a>".encode()).text or "") == shown


@given(ANY_TEXT)
def test_a_field_takes_only_what_shows(text):
    try:
        taken = forms.CharField(strip=False, required=False).clean(text)
    except ValidationError:
        return
    assert place_of_hidden(taken) is None and len(taken.splitlines()) <= 1


def test_a_password_stays_as_it_is_typed():
    assert forms.CharField(widget=forms.PasswordInput, strip=False).clean("a\tb\u200d") == "a\tb\u200d"
