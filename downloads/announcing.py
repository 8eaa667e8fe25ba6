"""Telling people of versions: new ones to those who want to know, recalled ones to those who loaded them."""

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Lower, NullIf
from django.utils import timezone
from django.utils.translation import gettext as _

from access.door import rights_of
from access.models import Membership
from access.rights import Right
from accounts.models import Company, User
from portal.lib.days import today
from portal.lib.each import each
from portal.lib.refusals import Refused

from . import mails
from .models import Download, DownloadPass, Release, ReleaseFile, ReleaseNotice, ReleaseWatch

# What the ERP delivers late is in the list, but no news.
NEWS_FOR = timedelta(days=30)


def announce_due() -> None:
    """Announce every version whose day and moment have come; each is announced once."""
    each(_due().select_related(None).only("pk"), _announce_once)


def _announce_once(release: Release) -> None:
    due = _due().select_for_update(skip_locked=True, of=["self"]).filter(pk=release.pk).first()
    if due is not None:
        _announce(due)


def _due() -> QuerySet[Release]:
    files = ReleaseFile.objects.filter(release=OuterRef("pk"))
    waiting = Release.objects.published().filter(Exists(files), announced_at=None, withdrawn_on=None)
    return waiting.select_related("product")


def _announce(release: Release) -> None:
    """Whoever could not be told is told by the next run; the others are not told again."""
    untold = []
    if release.released_on >= today() - NEWS_FOR:
        watches = ReleaseWatch.objects.filter(product=release.product_id).select_related("company", "user")
        untold = each(watches, partial(_tell_watcher, release))
    if not untold:
        release.announced_at = timezone.now()
        release.save(update_fields=["announced_at"])


def _tell_watcher(release: Release, watch: ReleaseWatch) -> None:
    # The one rule of the pages decides for the mails too.
    may_load = may_load_for(watch.company, watch.user)
    if may_load and Release.objects.entitled(watch.company).filter(pk=release.pk).exists():
        _tell(release, watch.company, watch.user)


def may_load_for(company: Company, person: User) -> bool:
    """Whether the person holds the permission Downloads at the company, and the door is open to them."""
    membership = Membership.objects.open().filter(company=company, user=person).select_related("company").first()
    return person.is_active and membership is not None and Right.DOWNLOADS in rights_of(membership)


def _tell(release: Release, company: Company, person: User) -> None:
    _notice, is_new = ReleaseNotice.objects.get_or_create(release=release, company=company, user=person)
    if is_new:
        mails.mail_new_release(release, company, person)


@transaction.atomic
def recall(release: Release, *, by: User, reason: str, successor: Release | None = None) -> int:
    """Withdraw a faulty version and mail exactly those who loaded it. Returns how many.

    by: the vendor's person. Raises Refused.
    """
    release = Release.objects.select_for_update(of=["self"]).select_related("product").get(pk=release.pk)
    if release.withdrawn_on:
        raise Refused(_("This version is withdrawn already."))
    if successor is not None and (successor.product_id != release.product_id or successor.pk == release.pk):
        raise Refused(_("The version to use instead must be another one of the same product."))
    release.withdrawn_on, release.withdrawn_reason, release.successor = today(), reason, successor
    release.save(update_fields=["withdrawn_on", "withdrawn_reason", "successor"])
    return tell_recalled(release)


def tell_recalled(release: Release) -> int:
    """Mail everybody who loaded the version, technicians too; one mail for who loaded it for several companies.

    Returns how many were mailed.
    """
    loaded: dict[User, list[Company]] = {}
    passes: dict[str, DownloadPass] = {}
    for download in loaders_of(release).filter(user=None).exclude(by_pass__email=""):
        if download.by_pass:
            passes[download.by_pass.email.lower()] = download.by_pass
    for download in (
        loaders_of(release).exclude(user=None).order_by("user_id", "company_id", "pk").distinct("user_id", "company_id")
    ):
        if download.user:
            loaded.setdefault(download.user, []).append(download.company)
    untold = each(loaded, partial(_tell_loader, release, loaded))
    untold += each(passes.values(), partial(_tell_technician, release))
    release.recall_told_at = timezone.now()
    release.save(update_fields=["recall_told_at"])
    return len(loaded) + len(passes) - len(untold)


def _tell_loader(release: Release, loaded: dict[User, list[Company]], person: User) -> None:
    open_to = [company for company in loaded[person] if may_load_for(company, person)]
    mails.mail_recalled(release, person, loaded[person], open_to)


def _tell_technician(release: Release, download_pass: DownloadPass) -> None:
    mails.mail_recalled(release, mails.reader_of(download_pass), [download_pass.company], [])


def loaders_of(release: Release) -> QuerySet[Download]:
    return Download.objects.filter(file__release=release).select_related("user", "company", "by_pass__company")


def count_loaders(release: Release) -> int:
    """How many people would be mailed: with an account, and technicians with a pass."""
    people, technicians = Count("user", distinct=True), Count(NullIf(Lower("by_pass__email"), Value("")), distinct=True)
    return sum(loaders_of(release).aggregate(people=people, technicians=technicians).values())


def tell_recalls_due() -> None:
    """Versions that the ERP has withdrawn: those who loaded them are told too."""
    untold = Release.objects.exclude(withdrawn_on=None).filter(recall_told_at=None)

    def tell_recall(row: Release) -> None:
        release = untold.select_for_update(skip_locked=True).filter(pk=row.pk).first()
        if release is not None:
            tell_recalled(release)

    each(untold.only("pk"), tell_recall)
