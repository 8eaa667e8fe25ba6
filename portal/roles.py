"""The vendor's staff roles: groups with the permissions they need."""

from django.contrib.auth.models import Group, Permission

VIEW, CHANGE, ADD = "view", "change", "add"
# Role -> model -> what it may do. The administrator role is everything but making superusers, which only they can.
CUSTOMERS = {
    "accounts.company": [VIEW, CHANGE, ADD],
    "accounts.user": [VIEW, CHANGE, ADD],
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
    "contracts.terms": [VIEW],
    "contracts.acceptance": [VIEW],
    "contracts.documentopening": [VIEW],
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
        "contracts.subprocessor": KEEP,
        "contracts.objection": [VIEW, CHANGE],
        "orders.order": [VIEW, CHANGE],
        "portal.mailhandover": [VIEW, CHANGE],
        "portal.wave": KEEP,
        "support.adviser": KEEP,
        "support.advisedcompany": [*KEEP, "delete"],
    },
    "Support": {
        **LOOK,
        "accounts.company": [VIEW],
        "accounts.user": [VIEW],
        "access.membership": [VIEW],
        "access.accessevent": [VIEW],
        "portal.mailhandover": [VIEW, CHANGE],
        "portal.trouble": [VIEW, CHANGE],
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
        "downloads.upload": [VIEW],
        "contracts.product": KEEP,
        "contracts.terms": KEEP,
        "support.feature": [*KEEP, "delete"],
        "support.supporttext": KEEP,
        "support.adviser": KEEP,
        "support.advisedcompany": [*KEEP, "delete"],
        "support.incident": [*KEEP, "delete"],
        "support.contact": [*KEEP, "delete"],
    },
}


def make_roles(**kwargs):
    """Bring the groups to what stands here; safe to call again."""
    for name, models in ROLES.items():
        group, _new = Group.objects.get_or_create(name=name)
        group.permissions.set(Permission.objects.none())
        for label, verbs in models.items():
            app, model = label.split(".")
            codenames = [f"{verb}_{model}" for verb in verbs]
            group.permissions.add(*Permission.objects.filter(content_type__app_label=app, codename__in=codenames))
