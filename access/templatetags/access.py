from typing import Any

from django import template
from django.conf import settings
from django.utils.translation import get_language

from access import log
from access.mails import labels
from access.words import holder_word, make_main

register = template.Library()
register.filter("right_labels", labels)
register.filter("who", log.who)
register.filter("what", log.what)
register.filter("holder_word", holder_word)
register.filter("make_main", make_main)


@register.filter
def main_holder_word(person: Any) -> str:
    return holder_word(person, is_main=True)


@register.simple_tag
def access_advice():
    """The vendor's recommendation in the reader's language, where settings.ACCESS holds one; else ""."""
    return settings.ACCESS["advice"].get(get_language(), "")
