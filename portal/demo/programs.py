"""What is alive behind Downloads: something loaded, noted as installed, handed to the IT partner."""

from datetime import timedelta

from django.utils import timezone

from downloads.models import Download, InstalledVersion, Release, ReleaseWatch
from downloads.passing import give_pass


def furnish_programs(company):
    people = {membership.user.email: membership.user for membership in company.memberships.select_related("user")}
    petra, dora = people["petra@sonnenhof.example"], people["dora@sonnenhof.example"]
    newest, before = Release.objects.entitled(company).filter(product__number="4000").newest_first()[:2]
    for days, person, release in ((70, dora, before), (2, petra, newest)):
        started = timezone.now() - timedelta(days=days)
        Download.objects.create(file=release.files.last(), company=company, user=person, started_at=started)
    for place, release in (("Server München", newest), ("Filiale Augsburg", before)):
        InstalledVersion.note(company, newest.product, place=place, version=release.version, by=dora)
    ReleaseWatch.toggle(company, dora, newest.product, wanted=True)
    # Announced before the demo began.
    Release.objects.update(announced_at=timezone.now())
    give_pass(
        company, newest, by=petra, name="Ivo Iversen", email="ivo@it-partner.example", days=7, max_downloads=3,
        language="de",
    )  # fmt: skip
