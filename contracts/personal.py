from django.utils.translation import gettext_lazy as _

from portal.lib.personal import Personal

PERSONAL = [
    Personal(
        "acceptances",
        _("terms and agreements you accepted"),
        "contracts.Acceptance",
        "user",
        ("company__number", "terms__title", "signer_name", "signer_function", "sha256", "accepted_at"),
        keeps=_("Concluded contracts, until ten calendar years after they end."),
    ),
    Personal(
        "documents_opened",
        _("documents you opened"),
        "contracts.DocumentOpening",
        "user",
        ("document__company__number", "document__number", "document__title", "opened_at", "how"),
        keeps=_("Who read a contract of the company, as long as the contract is kept; without your name."),
    ),
    Personal(
        "objections",
        _("your objections to sub-processors"),
        "contracts.Objection",
        "user",
        ("company__number", "change__processor__name", "text", "sent_at", "state", "reason"),
        keeps=_("Part of the agreement with your company, with your name as it was then."),
    ),
]
KEPT_BACK = {"contracts.Publication.by": "the vendor's own matter"}
