"""Teaches Django's own text fields the rule about signs, so that no form, model or admin page can forget it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.db import models

from .signs import refuse_hidden


def guard_text_fields() -> None:
    """From here on every text field of every form and model refuses signs that nobody sees, libraries' forms too.

    Several lines are for `forms.Textarea` and `models.TextField`. Passwords are nobody's to look at or print: they stay
    as they are typed.
    """
    _guard(forms.CharField, lambda field: isinstance(field.widget, forms.Textarea), _is_secret)
    _guard(models.CharField, lambda field: False)
    _guard(models.TextField, lambda field: True)


def _is_secret(field: forms.Field) -> bool:
    return isinstance(field.widget, forms.PasswordInput)


def _guard(kind: Any, has_lines: Callable[[Any], bool], is_exempt: Callable[[Any], bool] = lambda field: False) -> None:
    checked_before = kind.run_validators
    if hasattr(checked_before, "__wrapped__"):
        return

    @wraps(checked_before)
    def run_validators(self: Any, value: Any) -> None:
        # Before the others: about an unseen sign in an address "not valid" would help nobody.
        if isinstance(value, str) and not is_exempt(self):
            refuse_hidden(value, lines=has_lines(self))
        checked_before(self, value)

    kind.run_validators = run_validators
