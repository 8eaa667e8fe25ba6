"""Figures for Prometheus: what this host's web processes have answered, and what the tables say.

Each web process counts for itself in a folder they share (PROMETHEUS_MULTIPROC_DIR, named by portal/lib/web.py), so
whichever of them is asked tells the sum.
"""

import os
from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from access.door import public_view

from . import figures

BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
REQUESTS = Counter("portal_requests", "Requests answered", ["page", "method", "status"])
SECONDS = Histogram("portal_request_seconds", "Seconds until the answer was ready", ["page"], buckets=BUCKETS)
LOGINS = Counter("portal_logins", "Logins, and wrong passwords or codes", ["result"])


def count_request(page: str, method: str, status: int, seconds: float) -> None:
    """page: the name of the address in urls.py, never the address itself, which may be a one-time link."""
    REQUESTS.labels(page, method, status).inc()
    SECONDS.labels(page).observe(seconds)


class Tables(Collector):
    """The state of queue, mails, orders and connections at the moment of asking."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = figures.read()
        yield _by("portal_queue_jobs", "Jobs that could begin now", "queue", found.waiting)
        yield _by("portal_queue_oldest_seconds", "Seconds the oldest of them has waited", "queue", found.oldest)
        yield _by("portal_mails", "Mails of the last 24 hours", "state", found.mails)
        yield _by("portal_orders", "Orders placed in the last 24 hours", "state", found.orders)
        yield GaugeMetricFamily("portal_troubles", "Work that has failed for good", value=found.troubles)
        yield GaugeMetricFamily("portal_logins_today", "Logins of today", value=found.logins)
        yield GaugeMetricFamily("portal_database_connections", "Connections of all hosts", value=found.connections)


def _by(name: str, words: str, label: str, values: dict[str, int] | dict[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=[label])
    for value, count in sorted(values.items()):
        family.add_metric([value], count)
    return family


def registry() -> CollectorRegistry:
    """All figures, to be written out once."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        os.makedirs(folder, exist_ok=True)
        collected = CollectorRegistry()
        MultiProcessCollector(collected)
    else:
        collected = CollectorRegistry()
        for counted in (REQUESTS, SECONDS, LOGINS):
            collected.register(counted)
    collected.register(Tables())
    return collected


@public_view
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures as Prometheus reads them, for whoever has the token ("Authorization: Bearer …"); else Http404."""
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        raise Http404
    return HttpResponse(generate_latest(registry()), content_type=CONTENT_TYPE_LATEST)
