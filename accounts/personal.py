from django.utils.translation import gettext_lazy as _

from portal.lib.personal import Personal

PERSONAL = [
    Personal("addresses", _("e-mail addresses"), "account.EmailAddress", "user", ("email", "verified", "primary")),
    Personal(
        "sessions",
        _("sessions"),
        "accounts.Session",
        "user",
        ("created_at", "last_seen_at", "ip", "user_agent", "is_kept"),
    ),
    Personal(
        "second_factors", _("second factors"), "mfa.Authenticator", "user", ("type", "created_at", "last_used_at")
    ),
    Personal(
        "programs",
        _("programs that know you"),
        "accounts.SignOnConsent",
        "user",
        ("client__name", "scopes", "given_at"),
    ),
    Personal(
        "program_tokens",
        _("keys of such programs"),
        "allauth_idp_oidc.Token",
        "user",
        ("client__name", "type", "scopes", "created_at", "expires_at"),
    ),
    Personal(
        "address_changes",
        _("changes of address"),
        "accounts.EmailChange",
        "user",
        ("old", "new", "asked_at", "changed_at", "undone_at"),
        is_extra=True,
    ),
    Personal(
        "newsletter",
        _("consents to the newsletter"),
        "accounts.NewsletterConsent",
        "user",
        (
            "email",
            "wording",
            "wording_version",
            "asked_at",
            "asked_ip",
            "confirmed_at",
            "confirmed_ip",
            "ended_at",
            "end",
        ),
        keeps=_("Proof of your consent, for three calendar years after its end (Art. 7 (1), Art. 17 (3)(e) GDPR)."),
    ),
    Personal(
        "name_changes",
        _("messages about the company's name"),
        "accounts.NameChange",
        "asked_by",
        (
            "company__number",
            "asked_at",
            "new_name",
            "new_legal_form",
            "new_seat",
            "effective_on",
            "note",
            "state",
            "decided_at",
        ),
        keeps=_("Papers of the company, with your name as it was then, while its business records are kept."),
        file="file",
        file_name="file_name",
    ),
    Personal(
        "exports", _("exports of your data"), "accounts.DataExport", "user", ("asked_at", "ready_at"), is_extra=True
    ),
    Personal(
        "calendar_addresses",
        _("private addresses for your calendar"),
        "accounts.CalendarAddress",
        "user",
        ("company__number", "made_at"),
        is_extra=True,
    ),
    Personal(
        "deletion_requests",
        _("requests for deletion"),
        "accounts.DeletionRequest",
        "user",
        ("asked_at", "state", "decided_at", "reason"),
        keeps=_("The request itself, without a name, as proof that it was carried out."),
    ),
]
KEPT_BACK = {
    "accounts.CompanyNote.author": "about a customer, written for the vendor; the name goes with the account",
}
