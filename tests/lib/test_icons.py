"""Icons are drawn once and look as the library draws them."""

from django.template import Context, Template
from heroicons.templatetags import heroicons

PAGE = '{% load heroicons %}{% heroicon_outline "user" size=22 class=kind aria_hidden="true" %}'


def drawn(kind):
    return Template(PAGE).render(Context({"kind": kind}))


def test_an_icon_is_drawn_once_as_the_library_draws_it(monkeypatch):
    first = drawn("icon")
    assert first == heroicons.heroicon_outline("user", size=22, **{"class": "icon", "aria_hidden": "true"})
    monkeypatch.setattr(heroicons, "_render_icon", lambda *args: "drawn again")
    assert drawn("icon") == first
    assert drawn("another") == "drawn again"


def test_what_a_page_puts_into_it_is_escaped():
    assert '"&gt;' not in drawn("icon") and "<b>" not in drawn('"><b>')
