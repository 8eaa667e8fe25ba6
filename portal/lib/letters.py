"""The HTML half of a mail, made out of its text: the two always say the same."""

import re

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import get_language

from .signs import visible

LINK = re.compile(r"https?://\S+")
BLANK_LINES = re.compile(r"\n\s*\n")


class Letter(EmailMessage):
    """A message whose subject is one line, whatever names stand in it: a break would end the header."""

    def __init__(self, subject="", *args, **kwargs):
        super().__init__(" ".join(visible(str(subject)).split()), *args, **kwargs)


def as_letter(message):
    """A plain message with an HTML half beside its text; any other message as it is."""
    if message.content_subtype != "plain" or getattr(message, "alternatives", None):
        return message
    letter = EmailMultiAlternatives(
        message.subject,
        message.body,
        message.from_email,
        message.to,
        message.bcc,
        attachments=message.attachments,
        headers=message.extra_headers,
        cc=message.cc,
        reply_to=message.reply_to,
    )
    letter.attach_alternative(html_of(message.subject, message.body), "text/html")
    return letter


def html_of(subject, text):
    """The text as a page: paragraphs, and a button for each link that has a line to itself."""
    blocks = [block for part in BLANK_LINES.split(text.strip()) for block in _blocks(part)]
    context = {"subject": subject, "blocks": blocks, "brand": settings.BRAND, "language": get_language() or "de"}
    return render_to_string("mail/letter.mail", context)


def _blocks(part):
    """[(whether it is a link, text)] of one paragraph."""
    words = []
    for line in part.splitlines():
        if LINK.fullmatch(line.strip()):
            if words:
                yield False, "\n".join(words)
            words = []
            yield True, line.strip()
        else:
            words.append(line)
    if words:
        yield False, "\n".join(words)
