"""The portal's own addresses, read from the URL tree."""

from django.urls import get_resolver
from django.urls.resolvers import URLPattern

# Pages of libraries that bring their own checks; the admin's have tests of their own.
FOREIGN = ("allauth.", "django.contrib.admin")


def patterns(resolver=None, route=""):
    """(route, pattern) of every view, in the order of the site map."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield here, entry
        elif getattr(entry, "app_name", None) not in ("admin", "ninja"):
            yield from patterns(entry, here)


def own_views():
    """(name, route, view) of every page that we wrote."""
    for route, entry in patterns():
        if not entry.callback.__module__.startswith(FOREIGN) and not hasattr(entry.callback, "model_admin"):
            yield entry.name, route, entry.callback
