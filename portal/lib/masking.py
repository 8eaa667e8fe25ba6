"""What a mail says without what it opens: one-time links and codes become dots, before anything is stored."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve

DOTS = "••••••"
LINK = re.compile(r"https?://[^\s<>\"]+")
# What stands in an address and opens nothing by itself: everything else that is text is taken for a key.
PUBLIC = {"number", "object_id", "product", "article"}
# Names in a mail's context that are secrets wherever they are printed.
SECRET_NAMES = {"code", "key", "token", "password", "uid"}
SHORTEST_KEY = 6


def secrets_of(context: dict[str, Any]) -> list[str]:
    """The secrets that a mail's context names as such, the longest first."""
    found = {str(value) for name, value in context.items() if name in SECRET_NAMES and value}
    return sorted((secret for secret in found if len(secret) > 3), key=len, reverse=True)


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """The text with each secret, and each key in a link of ours, as dots. What opens nothing stays readable."""
    for secret in secrets:
        text = text.replace(secret, DOTS)
    return LINK.sub(lambda link: _without_key(link[0]), text)


def _without_key(url: str) -> str:
    if url in settings.BRAND.values():
        return url
    parts = urlsplit(url)
    host = f"{parts.scheme}://{parts.netloc}"
    try:
        match = resolve(parts.path)
    except Resolver404:
        return f"{host}/{DOTS}" if host == settings.PORTAL_URL.rstrip("/") and parts.path.strip("/") else url
    keys = [str(value) for name, value in match.kwargs.items() if isinstance(value, str) and name not in PUBLIC]
    keys += [value for value in match.args if isinstance(value, str)]
    keys += [value for _name, value in parse_qsl(parts.query) if not value.isdecimal()]
    rest = url[len(host) :]
    for key in sorted(keys, key=len, reverse=True):
        rest = rest.replace(key, DOTS) if len(key) >= SHORTEST_KEY else rest
    return host + rest
