"""What a person is called at a company, by salutation where it is known."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from accounts.models import Company

    from .models import Membership


def holder_word(person: Any, *, is_main: bool = False) -> str:
    """ "Lizenzinhaberin", "Lizenzinhaber", "Lizenzinhaber/in"; is_main: "Hauptlizenzinhaberin" and so on."""
    if is_main:
        words = {"ms": pgettext("ms", "Main licence holder"), "mr": pgettext("mr", "Main licence holder")}
        return words.get(getattr(person, "salutation", "")) or _("Main licence holder")
    words = {"ms": pgettext("ms", "Licence holder"), "mr": pgettext("mr", "Licence holder")}
    return words.get(getattr(person, "salutation", "")) or _("Licence holder")


def holder_inside(person: Any, *, is_main: bool = False) -> str:
    """The same word inside a sentence: nouns are written large in German only. person: None where nobody is known."""
    word = holder_word(person, is_main=is_main)
    return word if get_language() == "de" else word.lower()


def now_holder(person: Any) -> str:
    """A sentence about the person with %(name)s and %(company)s: "… ist jetzt Lizenzinhaberin bei …"."""
    words = {
        "ms": pgettext("ms", "%(name)s is licence holder at %(company)s now"),
        "mr": pgettext("mr", "%(name)s is licence holder at %(company)s now"),
    }
    return words.get(person.salutation) or _("%(name)s is licence holder at %(company)s now")


def make_main(person: Any) -> str:
    """What the button says that makes somebody the main licence holder."""
    words = {"ms": pgettext("ms", "Make main licence holder"), "mr": pgettext("mr", "Make main licence holder")}
    return words.get(person.salutation) or _("Make main licence holder")


def names_of(company: "Company", *, but: "Membership | None" = None) -> str:
    """The company's licence holders in words: who can do what somebody may not. but: not this membership."""
    rows = company.memberships.holders().select_related("user")
    return ", ".join(row.user.get_full_name() for row in rows if but is None or row.pk != but.pk) or "–"
