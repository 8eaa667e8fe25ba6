"""What the portal does not do, in a sentence for whoever asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest


class Refused(Exception):
    """Not possible or not allowed, and nothing has happened; the text is a sentence in the language of whoever asked.

    field: the form's field it is about; None: the whole form. status: the HTTP status where the answer has one.
    """

    status = 409

    def __init__(self, sentence: Any = "", field: str | None = None, *, status: int | None = None) -> None:
        super().__init__(sentence)
        self.field = field
        if status is not None:
            self.status = status


@contextmanager
def told(
    request: HttpRequest, form: BaseForm | None = None, *, of: Any = "", level: int = messages.ERROR
) -> Iterator[None]:
    """Do what stands inside; a refusal becomes an error of the form, or a message where there is none.

    of: what the message is about, such as a number among many. The code goes on after the block; what is to happen only
    when it went well stands inside.
    """
    try:
        yield
    except Refused as refusal:
        if form is None:
            messages.add_message(request, level, f"{of}: {refusal}" if of else str(refusal))
        else:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
