"""What the rows of lists take instead of Django's own, because there are many: it says the same."""

import uuid

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.template import Context, Template
from django.test.html import parse_html
from django.urls import reverse
from django.utils.translation import override

from contracts.models import Document
from portal.lib.forms import PortalRenderer
from shop.models import Article


@pytest.mark.parametrize(
    "name, key",
    [("order_detail", uuid.UUID(int=7)), ("article_detail", "GIR-0266/03"), ("cart_add", "protokoll"),
     ("article_detail", "Ä ö%"), ("document_file", uuid.uuid4())],
)  # fmt: skip
@pytest.mark.parametrize("number", ["1001", "A 1 ü"])
def test_the_address_of_a_row_is_that_of_its_page(name, key, number):
    drawn = Template("{% row_url name number key %}").render(Context({"name": name, "number": number, "key": key}))
    assert drawn == reverse(name, args=[number, key])


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("model", [Document, Article])
def test_a_kind_is_called_as_its_choice(model, language):
    with override(language):
        assert [model(kind=kind).get_kind_display() for kind in model.Kind] == [str(kind.label) for kind in model.Kind]
    assert model(kind="??").get_kind_display() == "??"


class Form(forms.Form):
    text = forms.CharField(widget=forms.TextInput(attrs={"type": "search", "placeholder": '<"&', "data-apply": True}))
    number = forms.IntegerField(min_value=1)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    box = forms.BooleanField(required=False)
    hidden = forms.CharField(widget=forms.HiddenInput)
    select = forms.ChoiceField(choices=[("", "All"), ("G", [("a", "<A>"), ("b", "B")]), (3, "Three")], disabled=True)
    required = forms.ChoiceField(choices=[("a", ""), ("b", "B")])
    several = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")])


@pytest.mark.parametrize(
    "data", [None, {}, {"text": 'a"<b', "number": "x", "day": "2025-03-01", "box": "on", "select": "a"}]
)
def test_inputs_are_those_of_djangos_templates(data):
    ours, theirs = Form(data, renderer=PortalRenderer()), Form(data, renderer=TemplatesSetting())
    for name in Form.base_fields:
        assert parse_html(str(ours[name])) == parse_html(str(theirs[name])), name
