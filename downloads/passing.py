"""IT partner passes: given, opened with a mailed code, counted, taken back."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import Membership
from accounts.models import Company, User
from portal.lib.refusals import Refused

from . import mails
from .announcing import may_load_for
from .models import DownloadPass, PassEvent, Release, ReleaseFile

Kind = PassEvent.Kind
# Codes for one pass: a minute apart, five an hour, thirty in all. With five tries each nobody guesses six digits.
CODE_PAUSE, CODES_AN_HOUR, CODES_IN_ALL = timedelta(minutes=1), 5, 30
LINKS_AN_HOUR = 3
# A recall may have to reach a technician long after; then name and address go (Art. 5 (1) e DSGVO).
FORGET_AFTER = timedelta(days=2 * 365)


class PassRefused(Refused):
    """The pass does not open, or cannot be given."""


@transaction.atomic
def give_pass(
    company: Company, release: Release, *, by: User, name: str, email: str, days: int, max_downloads: int, language: str
) -> DownloadPass:
    """Hand a version to a technician and mail the link. by: a person with Downloads at the company."""
    download_pass = DownloadPass(
        company=company,
        release=release,
        given_by=by,
        name=name,
        email=email,
        language=language,
        max_downloads=max_downloads,
        expires_at=timezone.now() + timedelta(days=days),
    )
    token = download_pass.new_token()
    download_pass.save()
    download_pass.note(Kind.GIVEN, str(by))
    mails.mail_pass(download_pass, token)
    return download_pass


@transaction.atomic
def send_pass_again(download_pass: DownloadPass, *, by: User) -> None:
    """A new link to the same address; the earlier one dies. Raises PassRefused."""
    row = _locked(download_pass)
    check_open(row)
    hour = timezone.now() - timedelta(hours=1)
    if row.events.filter(kind=Kind.SENT_AGAIN, at__gt=hour).count() >= LINKS_AN_HOUR:
        raise PassRefused(_("The link was sent several times just now. Please check your inbox."))
    token = row.new_token()
    row.save(update_fields=["token_hash"])
    row.note(Kind.SENT_AGAIN, str(by))
    mails.mail_pass(row, token)


@transaction.atomic
def revoke_pass(download_pass: DownloadPass, *, by: User) -> None:
    """Take a pass back at once; twice is no error."""
    row = _locked(download_pass)
    if not row.revoked_at:
        _end(row, Kind.REVOKED, by)


def end_passes_of(membership: Membership, by: User | None) -> None:
    """What somebody handed out in the company's name dies with their access."""
    given = DownloadPass.objects.alive().filter(company=membership.company_id, given_by=membership.user_id)
    for row in given.select_for_update():
        _end(row, Kind.ENDED, by)


def _end(row: DownloadPass, kind: PassEvent.Kind, by: User | None) -> None:
    row.revoked_at, row.code_hash = timezone.now(), ""
    row.save(update_fields=["revoked_at", "code_hash"])
    row.note(kind, str(by or ""))


def _locked(download_pass: DownloadPass) -> DownloadPass:
    row = DownloadPass.objects.select_for_update(of=["self"]).with_names().get(pk=download_pass.pk)
    row.loaded = row.downloads.count()
    return row


def check_open(row: DownloadPass) -> None:
    """Raises PassRefused unless the pass, its company's licence and its giver's permission hold at this moment."""
    if row.state == "revoked":
        raise PassRefused(_("This pass was taken back. Ask who gave it to you."))
    if row.state == "expired":
        raise PassRefused(_("This pass is over. Ask who gave it to you for a new one."))
    if not may_load_for(row.company, row.given_by):
        raise PassRefused(_("Who gave you this pass may no longer download programs for the company. Ask there."))
    if not Release.objects.entitled(row.company).filter(pk=row.release_id).exists():
        raise PassRefused(_("The company may no longer download this version. Ask who gave you the pass."))


@transaction.atomic
def mail_pass_code(download_pass: DownloadPass) -> None:
    """Send a new code to the technician. Raises PassRefused when there were too many."""
    row = _locked(download_pass)
    check_open(row)
    codes, now = row.events.filter(kind=Kind.CODE), timezone.now()
    if codes.filter(at__gt=now - CODE_PAUSE).exists():
        raise PassRefused(_("A code was sent a moment ago. Please wait a minute before you ask for another one."))
    if codes.filter(at__gt=now - timedelta(hours=1)).count() >= CODES_AN_HOUR:
        raise PassRefused(_("Too many codes were asked for. Please try again in an hour."))
    if codes.count() >= CODES_IN_ALL:
        raise PassRefused(_("Too many codes were asked for. Ask who gave you the pass for a new one."))
    code = row.new_code()
    row.save(update_fields=["code_hash", "code_until", "code_tries"])
    row.note(Kind.CODE)
    mails.mail_pass_code(row, code)


def type_pass_code(download_pass: DownloadPass, typed: str) -> None:
    """Open the pass with the mailed code, which then is used up. Raises PassRefused.

    A wrong try is counted, so it must not be rolled back: the refusal is raised after the transaction.
    """
    with transaction.atomic():
        row = _locked(download_pass)
        check_open(row)
        known, right = row.awaits_code, row.awaits_code and row.is_code(typed)
        if right:
            row.code_hash = ""
            row.note(Kind.OPENED)
        elif known:
            row.code_tries += 1
            row.note(Kind.WRONG)
        row.save(update_fields=["code_hash", "code_tries"])
    if not known:
        raise PassRefused(_("This code has expired. Please have a new one sent."))
    if not right:
        raise PassRefused(_("This is not the code from the newest e-mail."))


@transaction.atomic
def count_pass_download(download_pass: DownloadPass, file: ReleaseFile) -> None:
    """Note that the technician loads a file; what is fetched of it within a day counts once. Raises PassRefused."""
    row = _locked(download_pass)
    check_open(row)
    if file.is_being_loaded(by_pass=row):
        return
    if row.state == "used":
        raise PassRefused(_("All downloads of this pass are used. Ask who gave it to you for a new one."))
    file.downloads.create(company=row.company, by_pass=row)
    row.note(Kind.LOADED, file.file_name)


def forget_technicians() -> int:
    """Take name and address out of passes that ended two years ago; what was loaded stays in the log."""
    old = DownloadPass.objects.filter(expires_at__lt=timezone.now() - FORGET_AFTER)
    return old.exclude(email="").update(name="–", email="")
