"""Writing a mail: its text from a template, and the HTML half made out of that text, so that the two say the same.

Only what our own code hands over as an address becomes a link: it goes through the template between two marks that
nobody's text can hold.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from .halves import BEGIN, END, MARKED, blocks_of, html_of, text_of
from .masking import masked, secrets_of
from .plain import defuse, plain

OWN_ADDRESSES = ["info_mail", "changes_mail", "privacy_url"]


@dataclass(frozen=True)
class Story:
    """What the portal remembers of a mail: its template, what it was about, and its words without what they open."""

    kind: str
    subject: str
    text: str
    is_secret: bool
    context: dict[str, Any]


HELD: ContextVar[list[EmailMessage] | None] = ContextVar("held", default=None)


@contextmanager
def rehearsed() -> Iterator[list[EmailMessage]]:
    """What stands inside is done and undone again; gives the letters it would have sent. Refusals come through."""
    letters: list[EmailMessage] = []
    held = HELD.set(letters)
    try:
        with transaction.atomic():
            yield letters
            transaction.set_rollback(True)
    finally:
        HELD.reset(held)


class Link(str):
    """An address of our own, marked wherever a template prints it."""

    def __str__(self) -> str:
        return f"{BEGIN}{super().__str__()}{END}"


def send_letter(
    template: str,
    to: str,
    language: str,
    subject: str | Callable[[], str],
    context: dict[str, Any],
    *,
    attachment: tuple[str, bytes, str] | None = None,
    headers: dict[str, str] | None = None,
    reply_to: list[str] | None = None,
) -> None:
    """Write the mail in the reader's language and queue it in the caller's transaction.

    subject: a text, or a function that is called in that language. context: what it says; texts in it are printed as
    one line without addresses, but for "url" and "…_url", which are ours and become links.
    """
    with translation.override(language):
        message = written(template, str(subject() if callable(subject) else subject), context)
    message.to, message.reply_to, message.extra_headers = [to], reply_to or [], headers or {}
    if attachment:
        message.attach(*attachment)
    if (held := HELD.get()) is not None:
        held.append(message)
    else:
        message.send()


def written(template: str, subject: str, context: dict[str, Any]) -> EmailMultiAlternatives:
    """The message without its reader, in the language of this moment."""
    subject = defuse(subject)
    brand = {name: Link(value) if name in OWN_ADDRESSES and value else value for name, value in settings.BRAND.items()}
    values = {**{name: _value(name, value) for name, value in context.items()}, "brand": brand}
    # Any engine's template; Django's own holds another one inside, which is drawn without escaping.
    made: Any = get_template(template)
    blocks = blocks_of(made.template.render(Context(values, autoescape=False)))
    message = EmailMultiAlternatives(subject, text_of(blocks))
    message.attach_alternative(html_of(subject, blocks), "text/html")
    message.story = story_of(message, template, context)  # type: ignore[attr-defined]
    return message


def story_of(message: EmailMessage, kind: str = "", context: dict[str, Any] | None = None) -> Story:
    """As the mail was written; made of its text alone where it was written elsewhere."""
    known = getattr(message, "story", None)
    if known is not None and not kind:
        return known
    context = context or {}
    subject, body, secrets = str(message.subject), str(message.body), secrets_of(context)
    told, text = masked(subject, secrets), masked(body, secrets)
    return Story(kind, told, text, (told, text) != (subject, body), context)


def _value(name: str, value: Any) -> Any:
    is_link = name == "url" or name.endswith("_url")
    return Link(value) if is_link and isinstance(value, str) and value else plain(value)


def as_letter(message: EmailMessage) -> EmailMessage:
    """A plain message with an HTML half beside its text; any other message as it is."""
    if message.content_subtype != "plain" or getattr(message, "alternatives", None):
        return message
    body = MARKED.sub(r"\1", str(message.body))
    letter = EmailMultiAlternatives(
        subject=message.subject,
        body=body,
        from_email=message.from_email,
        to=message.to,
        bcc=message.bcc,
        attachments=message.attachments,
        headers=message.extra_headers,
        cc=message.cc,
        reply_to=message.reply_to,
    )
    letter.attach_alternative(html_of(str(message.subject), body), "text/html")
    return letter
