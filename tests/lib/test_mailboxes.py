"""One stored form for all spellings of a mailbox, and one way of writing mail to it."""

import pytest
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.mailboxes import header, meant, stored, written

ONE = {
    "anna@straßen-hof.example": [
        "Anna@Straßen-Hof.example", "anna@STRAẞEN-HOF.example", "anna@xn--straen-hof-83a.example",
        "ANNA@XN--STRAEN-HOF-83A.EXAMPLE", " anna@straßen-hof.example\n", "anna\uff20straßen-hof\uff0eexample",
    ],
    "ben@müller.example": [
        "ben@mu\u0308ller.example", "BEN@MÜLLER.EXAMPLE", "ben@xn--mller-kva.example", "\uff42en@müller\u3002example",
    ],
    "ada@strasse.example": ["ada@STRASSE.example", "\u00aada@strasse.example"],
    "o'neil+post@a-b.example": ["O'Neil+Post@A-B.example"],
    "x@r3---cdn.example": [],
}  # fmt: skip
NONE = [
    "x@exam\u200fple.example", "ben@sonnen\u00adhof.example", "a\u200bb@x.example", "\u202ea@x.example", "a\0@x.ex",
    "a\n@x.example", "jörg@x.example", "\"a b\"@x.example", '"a"@x.example', "a@[127.0.0.1]", "a@[IPv6:::1]", "a@x",
    "a@-x.example", "a@x..example", "a@x.example.", "@x.example", "a@", "a@b@x.example", "a b@x.example", "a@x y.ex",
    "a@x_y.example", "a@xn--a.example", "a@xn--mller-kva-.example", "a@\u2764.example", "a@" + "ä" * 60 + ".example",
    "a" * 250 + "@x.example", "a@" + "ä.ö." * 60 + "example", "kein at-zeichen", "a@xn--ls8h.example", "a@ä-.example",
    "a,b@x.example", "a;b@x.example", "<a@x.example>", "Ada <a@x.example>", "a..b@x.example", "a@x.example\u2028b",
]  # fmt: skip


@pytest.mark.parametrize("form", ONE)
def test_all_spellings_are_one_address(form):
    assert {stored(spelling) for spelling in [form, *ONE[form]]} == {form}
    assert stored(written(form)) == form


@pytest.mark.parametrize("address", NONE, ids=ascii)
def test_what_mail_cannot_be_written_to_is_refused_in_a_sentence(address):
    with pytest.raises(ValidationError) as refused:
        stored(address)
    (sentence,) = refused.value.messages
    assert sentence.endswith((".", "eingeben.")) and "\u200f" not in sentence
    assert meant(address) == address


def test_domains_are_written_by_idna_2008():
    assert written("anna@straßen-hof.example") == "anna@xn--straen-hof-83a.example"
    assert header("Jörg Straße <anna@straßen-hof.example>").endswith("<anna@xn--straen-hof-83a.example>")
    assert header("Ada <ada@x.example>") == "Ada <ada@x.example>"
    for address in ("jörg@x.example", "a@\u2764.example", "ä"):
        with pytest.raises(ValueError):
            written(address)


SIGNS = st.characters(codec="utf-8") | st.sampled_from("aäßẞİK.-\u3002\uff20@xn")


@given(st.text(SIGNS, max_size=12), st.text(SIGNS, max_size=20))
def test_the_stored_form_is_its_own_and_can_always_be_written(local, domain):
    for address in (f"{local}@{domain}.example", f"a@{domain}.example", f"a@xn--{domain}.example"):
        try:
            form = stored(address)
        except ValidationError:
            continue
        assert stored(form) == form == form.lower()
        assert stored(form.upper().replace("SS", "ss")) == form or not form.isascii()
        assert stored(written(form)) == form
        validate_email(written(form))
