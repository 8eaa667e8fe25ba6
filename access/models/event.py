from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AccessEvent(models.Model):
    """One line of the log: who changed whose access, when and how. Written by triggers, so no way in escapes it.

    Append-only: a trigger refuses changes, and deletion other than at the end of retention. Names are copied, because
    the line outlives the people; their ids are kept without a foreign key for the same reason.
    """

    class Kind(models.TextChoices):
        ADDED = "added", _("let in")
        INVITED = "invited", _("invited")
        RESENT = "resent", _("invitation sent again")
        ACCEPTED = "accepted", _("invitation accepted")
        WITHDRAWN = "withdrawn", _("invitation withdrawn")
        SWITCHED_ON = "switched_on", _("switched on")
        SWITCHED_OFF = "switched_off", _("switched off")
        SUSPENDED = "suspended", pgettext_lazy("event", "suspended")
        RESUMED = "resumed", _("let in again")
        REMOVED = "removed", _("removed")
        EXPIRED = "expired", _("access ended by date")
        END_CHANGED = "end_changed", _("end date changed")
        LIMIT_CHANGED = "limit_changed", _("order limit changed")
        FUNCTION_CHANGED = "function_changed", _("function changed")
        HOLDER_NAMED = "holder_named", _("named licence holder")
        HOLDER_ENDED = "holder_ended", _("no longer licence holder")
        MAIN_NAMED = "main_named", _("main licence holder now")
        ASKED = "asked", _("asked for access")
        DECLINED = "declined", _("request declined")
        ESCALATED = "escalated", _("request passed to the vendor")
        REVIEW_OPENED = "review_opened", _("review opened")
        REVIEW_CONFIRMED = "review_confirmed", _("access confirmed in the review")
        REVIEW_CLOSED = "review_closed", _("review closed")
        TAKEOVER_STARTED = "takeover_started", _("take-over started")
        TAKEOVER_OBJECTED = "takeover_objected", _("objection to the take-over")
        TAKEOVER_RELEASED = "takeover_released", _("take-over released")
        TAKEOVER_DECLINED = "takeover_declined", _("take-over declined")
        TAKEOVER_WITHDRAWN = "takeover_withdrawn", _("take-over withdrawn")
        COMPANY_RENAMED = "company_renamed", _("company name changed")
        COMPANY_BLOCKED = "company_blocked", _("access of the company closed")
        COMPANY_OPENED = "company_opened", _("access of the company opened again")
        COMPANY_ENDED = "company_ended", _("end of the contract changed")
        LOOKED = "looked", _("looked at the portal as this person")
        LOOK_ENDED = "look_ended", _("end of looking as this person")

    class ActorKind(models.TextChoices):
        PERSON = "person", _("person")
        STAFF = "staff", _("vendor's staff")
        IMPORT = "import", _("the vendor's ERP")
        PORTAL = "portal", _("the portal")

    company = models.ForeignKey("accounts.Company", models.PROTECT, related_name="access_events")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    person_name = models.CharField(_("person"), max_length=300, blank=True)
    actor_kind = models.CharField(_("changed by"), max_length=10, choices=ActorKind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    actor_name = models.CharField(_("changed by"), max_length=300, blank=True)
    kind = models.CharField(_("event"), max_length=20, choices=Kind.choices)
    # rights: codenames; from, to: values before and after; until: the last day of a right; word: what somebody typed.
    detail = models.JSONField(_("details"), default=dict)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("access event")
        verbose_name_plural = _("access log")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["company", "-id"], name="access_event_company"),
            models.Index(fields=["company", "person", "-id"], name="access_event_person"),
        ]

    def __str__(self):
        return f"{self.person_name}: {self.get_kind_display()}"
