"""Every page of the portal, as somebody finds it who follows each link and sends each form as it stands."""

import re
from urllib.parse import urldefrag, urljoin, urlsplit

import html5lib
from django.db import transaction
from django.urls import Resolver404, resolve

# Of pages that differ in their rows only, so many are looked at.
EACH = 3
# Leave the portal, or lead to somebody else's.
NOT_FOLLOWED = {"admin:logout", "account_logout", "set_language", "admin:jsi18n"}


def tree_of(html):
    """(lxml tree without namespaces, errors of the parser): read as browsers read it."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("lxml"), namespaceHTMLElements=False)
    return parser.parse(html), [(place, name) for place, name, _more in parser.errors]


def walk(client, *starts):
    """(address, html) of the pages that a client reaches by links from some addresses; each view at most EACH times."""
    waiting, known, seen = list(starts), set(starts), {}
    while waiting:
        path = waiting.pop(0)
        view = _view(path)
        if view is None or view in NOT_FOLLOWED or seen.get(view, 0) >= EACH:
            continue
        seen[view] = seen.get(view, 0) + 1
        answer = client.get(path, follow=True)
        if html := _html(answer):
            here = answer.request["PATH_INFO"]
            yield path, html
            found = [urldefrag(urljoin(here, link))[0] for link in tree_of(html)[0].xpath("//a/@href")]
            new = [link for link in dict.fromkeys(found) if link.startswith("/") and link not in known]
            known.update(new)
            waiting += new


def refused(client, path, html):
    """(address, html) of what is answered to each POST form of a page sent without anything typed; nothing is kept."""
    for form in tree_of(html)[0].xpath("//form[@method='post']"):
        action = urljoin(path, form.get("action") or path)
        if _view(action) is None or _view(action) in NOT_FOLLOWED:
            continue
        hidden = {field.get("name"): field.get("value", "") for field in form.xpath(".//input[@type='hidden']")}
        with transaction.atomic():
            answer = client.post(action, hidden)
            transaction.set_rollback(True)
        if html := _html(answer):
            yield f"POST {action}", html


def _view(path):
    try:
        return resolve(urlsplit(path).path).view_name or re.sub(r"\d+", "1", path)
    except Resolver404:
        return None


def _html(answer):
    kind = answer.headers.get("Content-Type", "")
    return "" if answer.streaming or not kind.startswith("text/html") else answer.content.decode()
