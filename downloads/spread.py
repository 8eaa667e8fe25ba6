"""Which versions are out there, and how long a security update takes to arrive: for the vendor."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Max

from contracts.models import Licence

from .installed import plain_version
from .models import InstalledVersion, Release

MOST_UPDATES = 20
# From the day of a version to each company's first download of it, and the middle of those times.
ARRIVALS = """
select release_id, count(*), percentile_cont(0.5) within group (order by days) from (
    select f.release_id, d.company_id,
        greatest((min(d.started_at) at time zone 'Europe/Berlin')::date - r.released_on, 0) as days
    from downloads_download d
    join downloads_releasefile f on f.id = d.file_id
    join downloads_release r on r.id = f.release_id
    where r.id = any(%s)
    group by f.release_id, r.released_on, d.company_id
) firsts group by release_id
"""


@dataclass
class Version:
    """A version as noted by customers. release: what the vendor knows of it, or None; older: how many came since."""

    product: str
    name: str
    release: Any
    places: int = 0
    companies: int = 0
    noted_at: dt.datetime | None = None


@dataclass
class Arrival:
    """How far a security update has come. days: the middle of the times to a company's first download, or None."""

    release: Any
    licensed: int
    loaded: int
    days: int | None
    without: int

    @property
    def share(self) -> int:
        """Per cent of the companies that ever licensed the product."""
        return min(100, round(100 * self.loaded / self.licensed)) if self.licensed else 0


def versions_out_there() -> list[Version]:
    """Every version that some company noted, by product, the most used first. Two queries."""
    counted = InstalledVersion.objects.order_by().values("product", "product__name", "version")
    rows = counted.annotate(places=Count("pk"), companies=Count("company", distinct=True), last=Max("noted_at"))
    known = {(row.product_id, plain_version(row.version)): row for row in Release.objects.published()}
    found: dict[tuple[int, str], Version] = {}
    for row in rows:
        key = (row["product"], plain_version(row["version"]))
        release = known.get(key)
        name = release.version if release else row["version"]
        version = found.setdefault(key, Version(row["product__name"], name, release))
        version.places += row["places"]
        # Spelt in two ways by the same company it counts twice, which hardly happens.
        version.companies += row["companies"]
        version.noted_at = max(filter(None, (version.noted_at, row["last"])))
    return sorted(found.values(), key=lambda version: (version.product, -version.places, version.name))


def arrivals(versions: list[Version]) -> list[Arrival]:
    """The newest security updates and how they arrive; versions: what is out there. Three queries."""
    updates = Release.objects.published().filter(is_security=True, withdrawn_on=None, is_pilot=False)
    shown = list(updates.select_related("product").newest_first()[:MOST_UPDATES])
    licensed = _licensed({release.product_id for release in shown})
    with connection.cursor() as cursor:
        cursor.execute(ARRIVALS, [[release.pk for release in shown]])
        loaded = {release: (count, round(days)) for release, count, days in cursor.fetchall()}
    without = _without(versions, shown)
    return [
        Arrival(release, licensed[release.product_id], *loaded.get(release.pk, (0, None)), without[release.pk])
        for release in shown
    ]


def _licensed(products: set[int]) -> dict[int, int]:
    rows = Licence.objects.begun().filter(product__in=products).order_by().values("product")
    return defaultdict(int, rows.values_list("product").annotate(count=Count("company", distinct=True)))


def _without(versions: list[Version], updates: list[Any]) -> dict[int, int]:
    """Id of an update -> how many places run a version from before it."""
    known = [version for version in versions if version.release]
    return {
        update.pk: sum(
            version.places
            for version in known
            if version.release.product_id == update.product_id and version.release.released_on < update.released_on
        )
        for update in updates
    }
