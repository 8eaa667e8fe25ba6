"""The demo's post office: every mail of the demo, to read. Exists only with DEMO=1."""

import email
import email.policy
import re
from functools import wraps

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from access.door import public_view

MAIL_NAME = re.compile(r"[0-9a-f]{32}\.eml")
SHOWN = 100


def only_in_the_demo(view):
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def read_mail(path):
    """What the pages show of an .eml file."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(preferencelist=("plain", "html"))
    return {
        "name": path.name,
        "subject": message["Subject"],
        "to": message["To"],
        "from": message["From"],
        "at": timezone.datetime.fromtimestamp(path.stat().st_mtime, timezone.get_current_timezone()),
        "text": body.get_content() if body else "",
    }


@public_view
@only_in_the_demo
def demo_post(request):
    files = settings.EMAIL_FILE_PATH.glob("*.eml") if settings.EMAIL_FILE_PATH.is_dir() else []
    newest = sorted(files, key=lambda path: path.stat().st_mtime, reverse=True)[:SHOWN]
    return render(request, "portal/demo_post.html", {"mails": [read_mail(path) for path in newest]})


@public_view
@only_in_the_demo
def demo_mail(request, name):
    path = settings.EMAIL_FILE_PATH / name
    if not MAIL_NAME.fullmatch(name) or not path.is_file():
        raise Http404
    return render(request, "portal/demo_mail.html", {"mail": read_mail(path)})
