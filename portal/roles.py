"""The vendor's staff roles: groups with the permissions they need."""

from django.contrib.auth.models import Group, Permission

VIEW, CHANGE, ADD = "view", "change", "add"
# Role -> model -> what it may do.
CUSTOMERS = {
    "accounts.company": [VIEW, CHANGE, ADD, "view_as"],
    "accounts.user": [VIEW, CHANGE, ADD],
    "accounts.companynote": [VIEW, ADD],
    "accounts.namechange": [VIEW, CHANGE],
    "accounts.deletionrequest": [VIEW, CHANGE],
    "accounts.newsletterconsent": [VIEW, CHANGE],
    "access.membership": [VIEW, CHANGE, ADD, "delete"],
    "access.invitation": [VIEW],
    "access.accessrequest": [VIEW, CHANGE],
    "access.accessevent": [VIEW],
    "access.accessreview": [VIEW],
    "access.reviewedperson": [VIEW],
    "access.takeover": [VIEW, CHANGE, ADD],
}
LOOK = {
    "contracts.product": [VIEW],
    "contracts.licence": [VIEW],
    "contracts.maintenance": [VIEW],
    "contracts.document": [VIEW],
    "contracts.electronicinvoice": [VIEW],
    "contracts.terms": [VIEW],
    "contracts.acceptance": [VIEW],
    "contracts.documentopening": [VIEW],
    "contracts.publication": [VIEW],
    "contracts.deletionreport": [VIEW],
    "contracts.subprocessor": [VIEW],
    "contracts.subprocessorchange": [VIEW],
    "downloads.release": [VIEW],
    "downloads.releasefile": [VIEW],
    "downloads.download": [VIEW],
    "downloads.downloadpass": [VIEW],
    "downloads.installedversion": [VIEW],
    "shop.article": [VIEW],
    "shop.category": [VIEW],
    "shop.price": [VIEW],
    "shop.fit": [VIEW],
    "shop.synonym": [VIEW],
    "shop.miss": [VIEW],
    "shop.trainingdate": [VIEW],
    "shop.booking": [VIEW],
    "shop.vatcheck": [VIEW],
    "orders.order": [VIEW],
    "orders.orderline": [VIEW],
    "orders.orderevent": [VIEW],
    "support.enquiry": [VIEW, CHANGE],
}
KEEP = [VIEW, CHANGE, ADD]
ROLES = {
    "Vertrieb": {
        **CUSTOMERS,
        **LOOK,
        "shop.vatcheck": [*KEEP, "delete"],
        "contracts.licence": KEEP,
        "contracts.maintenance": [*KEEP, "delete"],
        "contracts.document": KEEP,
        "contracts.publication": KEEP,
        "contracts.subprocessor": KEEP,
        "contracts.objection": [VIEW, CHANGE],
        "orders.order": [VIEW, CHANGE, ADD],
        "portal.mailhandover": [VIEW, CHANGE],
        "portal.wave": KEEP,
        "support.adviser": KEEP,
        "support.advisedcompany": [*KEEP, "delete"],
    },
    "Support": {
        **LOOK,
        "accounts.company": [VIEW, "view_as"],
        "accounts.user": [VIEW],
        "accounts.companynote": [VIEW, ADD],
        "access.membership": [VIEW],
        "access.accessevent": [VIEW],
        "portal.mailhandover": [VIEW, CHANGE],
        "portal.trouble": [VIEW, CHANGE],
        "portal.sweep": [VIEW],
        "support.supporttext": KEEP,
        "support.adviser": KEEP,
        "support.advisedcompany": [*KEEP, "delete"],
        "support.incident": [*KEEP, "delete"],
    },
    "Katalog": {
        **LOOK,
        "shop.article": KEEP,
        "shop.category": KEEP,
        "shop.price": [*KEEP, "delete"],
        "shop.fit": [*KEEP, "delete"],
        "shop.synonym": [*KEEP, "delete"],
        "shop.miss": [VIEW, "delete"],
        "shop.trainingdate": KEEP,
        "downloads.release": KEEP,
        "downloads.releasefile": [VIEW, CHANGE],
        "downloads.upload": [VIEW, CHANGE],
        "contracts.product": KEEP,
        "contracts.terms": KEEP,
        "support.feature": [*KEEP, "delete"],
        "support.supporttext": KEEP,
        "support.adviser": KEEP,
        "support.advisedcompany": [*KEEP, "delete"],
        "support.incident": [*KEEP, "delete"],
        "support.contact": [*KEEP, "delete"],
        "support.openingtime": [*KEEP, "delete"],
        "support.openingday": [*KEEP, "delete"],
    },
}


# The administrator may all that the admin has, but superusers, the roles themselves and what only superusers give.
ADMINISTRATION = "Administration"
APPS = [
    "accounts", "access", "contracts", "downloads", "shop", "orders", "support", "portal", "allauth_idp_oidc",
]  # fmt: skip
MORE = ["accounts.make_staff", "portal.take_erpexport", "auth.view_group"]
VERBS = ("view_", "add_", "change_", "delete_")


def make_roles(**kwargs):
    """Bring the groups to what stands here; safe to call again, and nothing is written where nothing differs."""
    for name, wanted in permissions_of_roles().items():
        group, _new = Group.objects.get_or_create(name=name)
        has = set(group.permissions.all())
        group.permissions.remove(*(has - wanted))
        group.permissions.add(*(wanted - has))


def permissions_of_roles():
    """Role -> its permissions."""
    known = {f"{one.content_type.app_label}.{one.codename}": one for one in _all()}
    named = {
        name: {
            f"{label.split('.')[0]}.{verb}_{label.split('.')[1]}" for label, verbs in models.items() for verb in verbs
        }
        for name, models in ROLES.items()
    }
    named[ADMINISTRATION] = {one for one in known if one.split(".")[1].startswith(VERBS) and one.split(".")[0] in APPS}
    named[ADMINISTRATION] |= set(MORE)
    return {name: {known[one] for one in wanted if one in known} for name, wanted in named.items()}


def _all():
    return Permission.objects.select_related("content_type")
