"""The demo company: the export through the same import as in earnest, then what no ERP row can say."""

import hashlib
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import transaction

from access.acting import Actor
from access.asking import ask_for
from access.models import Invitation, Membership
from access.rights import Right
from access.store import set_rights
from accounts.models import Company, User
from contracts.models import SubProcessor, Terms
from portal.erp import import_export
from portal.lib.days import today

from .files import make_export, pdf
from .logins import PASSWORD
from .programs import furnish_programs
from .shop import furnish_shop
from .support import furnish_support
from .texts import TEXTS

NUMBERS = ["12345", "20001", "30000"]


class DemoRefused(Exception):
    """The demo must not be loaded here; the text says why."""


def load():
    """Load the demo unless it is there. Returns whether anything was done. Raises DemoRefused."""
    if not settings.DEMO:
        raise DemoRefused("The demo's accounts are made only with DEMO=1, on a machine of one's own.")
    if Company.objects.exclude(number__in=NUMBERS).exists():
        raise DemoRefused("This database holds customers that are not the demo's; the demo is not mixed with them.")
    if User.objects.filter(username="admin").exists():
        return False
    folder = settings.DATA_DIR / "demo-export"
    make_export(folder, today())
    with transaction.atomic():
        for result in import_export(folder):
            if result.refused or result.error:
                raise DemoRefused(f"{result.file}: {result.error or result.refused}")
        Actor.portal().sign()
        _people()
        _staff()
        furnish_support()
        _measures(folder)
        _sub_processors()
        furnish_shop()
        furnish_programs(Company.objects.get(number="12345"))
    return True


def _people():
    password = make_password(PASSWORD)
    User.objects.update(password=password)
    sonnenhof = Company.objects.get(number="12345")
    sonnenhof.uses_homecase = True
    sonnenhof.save()
    members = sonnenhof.memberships
    members.filter(user__email="ivo@it-partner.example").update(function="IT-Partner", ends_on=end_of_next_month())
    members.filter(user__email="deniz@sonnenhof.example").update(function="Vertretung")
    _invite_nils(sonnenhof)
    # Something waits behind the tile.
    ask_for(members.get(user__email="dora@sonnenhof.example"), Right.SHOP.value)


def end_of_next_month():
    """The last day of the month after this one."""
    first = today().replace(day=1)
    for _month in range(2):
        first = (first + timedelta(days=31)).replace(day=1)
    return first - timedelta(days=1)


def _invite_nils(company):
    nils = User(first_name="Nils", last_name="Neumann", salutation="mr", email="nils@sonnenhof.example")
    nils.set_unusable_password()
    nils.save()
    membership = Membership.objects.create(company=company, user=nils)
    set_rights(membership, {Right.SHOP})
    petra = company.memberships.get(is_main_holder=True).user
    Invitation.issue(membership, by=petra)


def _staff():
    staff = [
        User(username="admin", first_name="Ada", last_name="Admin", email="admin@vendor.example", is_superuser=True),
        User(username="vertrieb", first_name="Viktor", last_name="Vertrieb", email="vertrieb@vendor.example"),
    ]
    for person in staff:
        person.is_staff = True
        person.set_password(PASSWORD)
        person.save()
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    staff[1].groups.add(Group.objects.get(name="Vertrieb"))


def _measures(folder):
    """The first annex of the agreement, as staff would file it."""
    agreement = Terms.objects.in_force().filter(kind=Terms.Kind.AVV).latest("valid_from")
    title, path = "Technische und organisatorische Maßnahmen", folder / "dokumente" / "tom.pdf"
    facts = [("Nummer", "T-TOM-2026"), ("Gültig ab", f"{agreement.valid_from:%d.%m.%Y}")]
    pdf(path, "vendor", title, facts, TEXTS["TOM"])
    content = path.read_bytes()
    Terms.objects.create(
        number="T-TOM-2026", kind=Terms.Kind.TOM, title=title, valid_from=agreement.valid_from,
        file=ContentFile(content, name=path.name), file_name=path.name, size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


def _sub_processors():
    rows = [
        ("Rechenzentrum Süd GmbH", "Nürnberg", "DE", "Betrieb der Server und Sicherung der Daten", date(2021, 5, 1)),
        ("Zustelldienst Irland Ltd.", "Dublin", "IE", "Zustellung von E-Mails", date(2023, 1, 1)),
    ]
    for name, seat, country, purpose, since in rows:
        SubProcessor.objects.create(name=name, seat=seat, country=country, purpose=purpose, since=since)
