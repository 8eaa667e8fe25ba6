"""One function per message; each is queued in the caller's transaction and written in the reader's language."""

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.mails import Mailbox
from portal.lib.letters import send_letter

from .models import User
from .tokens import ResetTokens


def url_of(name, *args):
    return settings.PORTAL_URL + reverse(name, args=args)


def _send(template, reader, subject, *, to=None, headers=None, **context):
    """subject: a function, called in the reader's language. to: another address than the reader's."""
    address = to or reader.email
    if not address:
        return
    template = f"accounts/mail/{template}.txt"
    send_letter(template, address, reader.language, subject, {"reader": reader, **context}, headers=headers)


def _vendor():
    return Mailbox(settings.BRAND["changes_mail"])


def mail_second_factor_needed(person, company, by):
    """The company asks for a second factor from now on."""
    subject = lambda: _("%(company)s asks for a second factor") % {"company": company.name}  # noqa: E731
    _send("second_factor_needed", person, subject, company=company, by=by, url=url_of("mfa_index"))


def mail_password_link(person: User) -> None:
    """The one-time link of "forgotten password", where staff send it or an old address took a change back."""
    key = f"{user_pk_to_url_str(person)}-{ResetTokens().make_token(person)}"
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    url = settings.PORTAL_URL + path.replace("UID-KEY", key)
    context = {"user": person, "password_reset_url": url, "by_staff": True}
    template = "account/email/password_reset_key_%s.txt"
    subject = lambda: render_to_string(template % "subject", {"brand": settings.BRAND, "by_staff": True})  # noqa: E731
    send_letter(template % "message", person.email, person.language, subject, context)


# --- the address of the account ---


def mail_address_set_by_staff(person, old):
    """Staff changed the address of an account: to the address before, and to the new one."""
    context = {"old": old, "new": person.email, "url": url_of("account_login")}
    for address in filter(None, {old, person.email}):
        subject = lambda: _("Your e-mail address was changed by %(vendor)s") % {"vendor": settings.BRAND["vendor"]}  # noqa: E731
        _send("address_set", person, subject, to=address, **context)


# What staff did to a login, in whole sentences; said in the reader's language.
BY_STAFF = {
    "logged_out": gettext_lazy("%(vendor)s has logged you out on all devices."),
    "factors": gettext_lazy(
        "%(vendor)s has removed the second factors of your account. You are logged out everywhere and log in with "
        "your password alone; please set up a new second factor then."
    ),
    "lifted": gettext_lazy("%(vendor)s has ended the wait after wrong passwords; you can log in again."),
    "disabled": gettext_lazy("%(vendor)s has closed your account. Nobody can log in with it any more."),
    "enabled": gettext_lazy("%(vendor)s has opened your account again."),
    "made_staff": gettext_lazy("%(vendor)s has made your account one of its staff."),
    "no_staff": gettext_lazy("Your account is no longer one of the staff of %(vendor)s."),
    "more_rights": gettext_lazy("%(vendor)s has made your account an administrator's."),
    "fewer_rights": gettext_lazy("Your account is no longer an administrator's of %(vendor)s."),
    "renamed": gettext_lazy("%(vendor)s has changed the user name of your account."),
}


def mail_by_staff(person, what, *, old_address=None):
    """Staff did something to a login (a key of BY_STAFF): to its address, and to the one that was linked before."""
    subject = lambda: _("Your login to the portal")  # noqa: E731
    with translation.override(person.language):
        sentence = BY_STAFF[what] % {"vendor": settings.BRAND["vendor"]}
    for address in filter(None, {old_address, person.email}):
        url = "" if what == "disabled" else url_of("account_login")
        _send("by_staff", person, subject, to=address, what=sentence, url=url)


def mail_company_closed(person, company, is_blocked):
    """Staff closed a company's access, or opened it again."""
    subject = lambda: _("Access of %(company)s to the portal") % {"company": company.name}  # noqa: E731
    url = "" if is_blocked else url_of("account_login")
    _send("company_closed", person, subject, company=company, is_blocked=is_blocked, url=url)


def mail_address_undone(person, new):
    """The old address took a change back: to the address that is linked no longer."""
    subject = lambda: _("Change of address undone")  # noqa: E731
    _send("address_undone", person, subject, to=new, url=url_of("account_login"))


# --- newsletter ---


def mail_newsletter_link(consent):
    """The link that makes the consent count; nothing else is in this mail, so that it is no advertisement itself."""
    url = url_of("newsletter_confirm", consent.token)
    _send("newsletter_link", consent.user, lambda: _("Please confirm the newsletter"), to=consent.email, url=url)


def mail_newsletter_begun(consent):
    """The consent counts; with the header that lets mail programs show a button to unsubscribe (RFC 8058)."""
    url = url_of("newsletter_stop", consent.token)
    headers = {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    subject = lambda: _("Newsletter ordered")  # noqa: E731
    _send("newsletter_begun", consent.user, subject, to=consent.email, headers=headers, url=url)


# --- firm and seat ---


def mail_name_change_sent(change):
    """To the vendor, with the page where it is decided; and to who sent it."""
    page = url_of("admin:accounts_namechange_decide", change.pk)
    words = {"company": change.old_name, "number": change.company.number}
    subject = lambda: _("Check a change of company name: %(company)s (%(number)s)") % words  # noqa: E731
    _send("name_change_vendor", _vendor(), subject, change=change, url=page)
    subject = lambda: _("Your message has arrived: %(company)s") % words  # noqa: E731
    if change.asked_by:
        _send("name_change_sent", change.asked_by, subject, change=change, url=_page_of(change))


def mail_name_change_decided(change):
    """Accepted or declined: to who sent it and to everybody at the company who may change its details."""
    accepted, declined = lambda: _("Company name changed: %(company)s"), lambda: _("Message declined: %(company)s")
    said = accepted if change.state == change.State.ACCEPTED else declined
    subject = lambda: said() % {"company": change.old_name}  # noqa: E731
    for reader in change.readers():
        _send("name_change_decided", reader, subject, change=change, url=_page_of(change))


def mail_name_change_applied(change):
    """A change that was accepted for a later day is in force from today."""
    subject = lambda: _("New company name in force from today: %(company)s") % {"company": change.new_name}  # noqa: E731
    for reader in change.readers():
        _send("name_change_applied", reader, subject, change=change, url=_page_of(change))


def _page_of(change):
    return url_of("name_change", change.company.number)


# --- the person's data ---


def mail_export_ready(export):
    """The ZIP lies ready behind the login; it is not in the mail."""
    _send("export_ready", export.user, lambda: _("Your data is ready"), until=export.until, url=url_of("my_data"))


def mail_deletion_asked(request):
    """To the vendor, who has to act within a month (Art. 12 (3) GDPR), and to the person."""
    page = url_of("admin:accounts_deletionrequest_change", request.pk)
    due = date_format(request.due, "d.m.Y")
    words = {"name": request.user.get_full_name() or str(request.user), "day": due}
    subject = lambda: _("Request for deletion of %(name)s, due %(day)s") % words  # noqa: E731
    reader = Mailbox(settings.BRAND["info_mail"])
    _send("deletion_vendor", reader, subject, person=request.user, url=page, due=request.due)
    subject = lambda: _("Your request for deletion has arrived")  # noqa: E731
    _send("deletion_asked", request.user, subject, url=url_of("account_delete"), due=request.due)


def mail_deletion_declined(request):
    _send(
        "deletion_declined",
        request.user,
        lambda: _("Your account cannot be deleted yet"),
        reason=request.reason,
        url=url_of("account_delete"),
    )


def mail_deleted(reader, request):
    """The last mail there is: to the address that was linked a moment ago."""
    subject = lambda: _("Your account has been deleted")  # noqa: E731
    _send("deleted", reader, subject, report=request.report, url=settings.BRAND["privacy_url"])
