from django.utils.translation import gettext_lazy as _

from portal.lib.personal import Personal

PERSONAL = [
    Personal(
        "companies",
        _("companies you work for"),
        "access.Membership",
        "user",
        (
            "company__number",
            "company__name",
            "is_holder",
            "is_main_holder",
            "function",
            "phone",
            "accepted_at",
            "ends_on",
            "suspended_at",
            "order_limit",
            "order_limit_month",
            "weekly_mail",
            "weekly_sent_on",
        ),
    ),
    Personal(
        "rights",
        _("permissions"),
        "access.MembershipRight",
        "user",
        ("content_object__company__number", "permission__codename", "ends_on"),
    ),
    Personal(
        "access_requests",
        _("requests for access"),
        "access.AccessRequest",
        "membership__user",
        ("membership__company__number", "right", "created_at", "answered_at", "is_granted", "word"),
    ),
    Personal(
        "access_log",
        _("entries about you in the log of accesses"),
        "access.AccessEvent",
        "person",
        ("company__number", "kind", "detail", "at"),
        keeps=_(
            "Who could see what and when, for ten calendar years: the companies are accountable (Art. 5 (2) GDPR)."
        ),
    ),
]
KEPT_BACK = {
    "access.AccessEvent.actor": "lines about others, made by this person: they are those people's data",
    "access.AccessRequest.answered_by": "somebody else's request",
    "access.AccessReview.closed_by": "a paper of the company",
    "access.Invitation.invited_by": "somebody else's invitation",
    "access.TakeOver.started_by": "a matter of the company; the log has the person's own lines",
}
