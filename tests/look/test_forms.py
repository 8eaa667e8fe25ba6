"""How a form is drawn: each field says what it wants, and what was wrong, to everybody."""

import re

import pytest
from django import forms
from django.template.loader import render_to_string
from django.utils import translation


class Sample(forms.Form):
    name = forms.CharField(label="Vorname")
    email = forms.EmailField(label="E-Mail-Adresse", help_text="Dorthin geht die Einladung.")
    ends_on = forms.DateField(label="Endet am", required=False)
    salutation = forms.ChoiceField(label="Anrede", choices=[("ms", "Frau"), ("mr", "Herr")], widget=forms.RadioSelect)
    accepts = forms.BooleanField(label="Ich stimme zu")
    secret = forms.CharField(widget=forms.HiddenInput)

    def clean(self):
        raise forms.ValidationError("Zusammen passt das nicht.")


@pytest.fixture
def page():
    form = Sample({"email": "falsch", "secret": "x"})
    with translation.override("de"):
        return render_to_string("components/_form_errors.html", {"form": form}) + form.render()


def attributes(page, name):
    return dict(re.findall(r'([\w-]+)="([^"]*)"', re.search(rf'<input[^>]* name="{name}"[^>]*>', page)[0]))


def test_a_wrong_field_is_tied_to_its_sentences(page):
    email = attributes(page, "email")
    assert email["aria-invalid"] == "true"
    assert email["value"] == "falsch", "what was typed is kept"
    for part in email["aria-describedby"].split():
        assert f'id="{part}"' in page
    assert email["aria-describedby"] == "id_email_helptext id_email_error"


def test_the_summary_takes_the_focus_and_leads_to_every_field(page):
    summary = re.search(r'<div class="form-errors".*?</div>', page, re.S)[0]
    assert 'tabindex="-1"' in summary
    targets = re.findall(r'href="#([^"]*)"', summary)
    assert targets == ["id_name", "id_email", "id_salutation", "id_accepts"]
    for target in targets:
        assert f'id="{target}"' in page
    assert "Zusammen passt das nicht." in summary


def test_every_input_has_its_label(page):
    for name in ["name", "email", "ends_on", "accepts"]:
        assert f'<label for="id_{name}">' in page
    assert "<legend>Anrede</legend>" in page


def test_only_what_may_stay_empty_says_so(page):
    assert page.count("(freiwillig)") == 1
    assert re.search(r"Endet am\s*<span[^>]*>\(freiwillig\)", page)


def test_a_form_without_errors_has_no_summary():
    assert render_to_string("components/_form_errors.html", {"form": Sample()}).strip() == ""
