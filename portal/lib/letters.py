"""Writing a mail: its text from a template, and the HTML half made out of that text, so that the two say the same.

Only what our own code hands over as an address becomes a link: it goes through the template between two marks that
nobody's text can hold.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .masking import masked, secrets_of
from .plain import defuse, plain

BEGIN, END = "\ue000", "\ue001"
MARKED = re.compile(f"{BEGIN}([^{BEGIN}{END}]*){END}")
# What tags with a line to themselves leave behind.
MANY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")
BLANK_LINES = re.compile(r"\n\s*\n")
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
    marked = MANY_LINES.sub("\n\n", made.template.render(Context(values, autoescape=False))).lstrip()
    message = EmailMultiAlternatives(subject, MARKED.sub(r"\1", marked))
    message.attach_alternative(html_of(subject, marked), "text/html")
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


def html_of(subject: str, text: str) -> str:
    """The text as a page: paragraphs, and a button for each link of ours that has a line to itself.

    The button is named by the line above it, where that ends with a colon.
    """
    blocks = [block for part in BLANK_LINES.split(text.strip()) for block in _blocks(part)]
    language = translation.get_language() or "de"
    context = {"subject": subject, "blocks": blocks, "brand": settings.BRAND, "language": language}
    return render_to_string("mail/letter.mail", context)


def _blocks(part: str) -> Iterator[tuple[str, str]]:
    """(what a button says, its address) or ("", HTML) for each piece of one paragraph."""
    words: list[str] = []
    for line in part.splitlines():
        button = MARKED.fullmatch(line.strip())
        if not button:
            words.append(line)
            continue
        label = words.pop()[:-1] if words and words[-1].endswith(":") else _("Open the link")
        if words:
            yield "", _lines(words)
        words = []
        yield label, button[1]
    if words:
        yield "", _lines(words)


def _lines(words: list[str]) -> SafeString:
    return format_html_join(SafeString("<br>"), "{}", ((_inline(line),) for line in words))


def _inline(line: str) -> SafeString:
    # split() by a pattern with one group: text, address, text, …
    parts = MARKED.split(line)
    return format_html_join("", "{}", ((_anchor(part) if odd % 2 else part,) for odd, part in enumerate(parts)))


def _anchor(link: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', link if "://" in link else f"mailto:{link}", link)
