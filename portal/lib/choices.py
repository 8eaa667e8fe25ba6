"""What the value of a field with choices is called: Django makes the table of all names anew for each row."""

from collections.abc import Callable
from typing import Any

from django.db.models import Choices


def label_of(field: str, choices: type[Choices]) -> Callable[[Any], str]:
    """A get_…_display for a model: the name in the reader's language; a value that is none of the choices as it is."""
    labels = dict(choices.choices)

    def display(row: Any) -> str:
        value = getattr(row, field)
        return str(labels.get(value, value))

    return display
