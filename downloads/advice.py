"""What an update at one place brings, needs and costs: everything between what runs there and what may be loaded."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from .installed import Place

Release = Any


@dataclass
class Advice:
    """For a place with an older version. reason: why its newest version is not covered, "" where it is."""

    product: Any
    place: Place
    reason: str = ""

    @property
    def beyond(self) -> list[Release]:
        """Versions that come after what the licences cover, the newest first."""
        target = self.place.target
        return self.place.newer[: self.place.newer.index(target)] if target else self.place.newer

    @property
    def changes(self) -> list[Release]:
        """What comes with the version that may be loaded: security updates first, then the newest first."""
        return _security_first(self.place.newer[len(self.beyond) :])

    @property
    def would_change(self) -> list[Release]:
        """What maintenance would bring besides, in the same order."""
        return _security_first(self.beyond)

    @property
    def needs(self) -> list[Release]:
        """The versions on the way that want something done before, in the order in which they came."""
        return [release for release in reversed(self.place.newer[len(self.beyond) :]) if release.needs]

    @property
    def sentence(self) -> str:
        """What to write to who looks after the computers, ready to send."""
        target = self.place.target
        words = {
            "product": self.product.name, "place": self.place.name, "old": self.place.version, "new": target.version,
        }  # fmt: skip
        said = [_("Please update %(product)s at “%(place)s” from version %(old)s to %(new)s.") % words]
        if any(release.is_security for release in self.changes):
            said.append(_("A security update is part of it, so please do it soon."))
        if self.needs:
            said.append(_("Before that:"))
            said += [f"\n{release.version}: {_plain(release.needs)}" for release in self.needs]
        return " ".join(said)


def _security_first(releases: list[Release]) -> list[Release]:
    return sorted(releases, key=lambda release: not release.is_security)


def _plain(text: str) -> str:
    return " ".join(text.split())
