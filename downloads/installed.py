"""How far behind what is installed at a place is, and what to do next."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.lib.days import today


@dataclass
class Place:
    """One place with its version. newer: the versions after it, newest first, without withdrawn ones."""

    pk: int
    name: str
    version: str
    release: Any
    newer: list

    @property
    def target(self):
        """The newest version the company may load and does not have there, or None."""
        return next((release for release in self.newer if release.is_entitled), None)

    @property
    def is_covered(self):
        return not self.newer or self.newer[0].is_entitled

    @property
    def lacks_security(self):
        return any(release.is_security for release in self.newer)

    @property
    def tone(self):
        """For the state's colour: danger, wait, ok or off."""
        if self.release is None:
            return "off"
        if self.release.withdrawn_on:
            return "danger"
        return "wait" if self.newer else "ok"

    @property
    def distance(self):
        """How far behind, in words."""
        if self.release is None:
            return _("version not known to us")
        if self.release.withdrawn_on:
            return _("called back")
        if not self.newer:
            return _("up to date")
        count = len(self.newer)
        return ngettext("%(count)d version behind", "%(count)d versions behind", count) % {"count": count}

    @property
    def remarks(self):
        """Sentences worth knowing: security, cover, end of support."""
        if self.release is None:
            return [_("Please compare it with the versions on this page.")]
        said = []
        if self.lacks_security:
            said.append(_("A security update is missing there."))
        if not self.is_covered:
            said.append(_("The newest version is not covered by your licences."))
        if self.release.supported_until and self.release.supported_until < today():
            said.append(_("This version gets no security updates any more."))
        return said


def places_of(rows, releases):
    """Place objects for rows of InstalledVersion.rows(), measured against the versions the company sees."""
    by_version = {plain_version(release.version): index for index, release in enumerate(releases)}
    return [_place(row, by_version.get(plain_version(row["version"])), releases) for row in rows]


def _place(row, index, releases):
    newer = [] if index is None else [release for release in releases[:index] if not release.withdrawn_on]
    return Place(row["pk"], row["place"], row["version"], None if index is None else releases[index], newer)


def plain_version(version: str) -> str:
    """ "V 26.1" is 26.1."""
    return version.casefold().removeprefix("version").removeprefix("v").strip(" .")
