"""Who of the vendor's staff may open and send what: every address of the admin x role x method."""

import re
import uuid

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from portal.roles import ADMINISTRATION, make_roles

from .. import factories as make
from ..admin_pages import form_of
from ..walk.stage import *  # noqa: F403 - the fixtures

pytestmark = pytest.mark.django_db

ROLES = ["Vertrieb", "Support", "Katalog", "Administration"]
# What each role holds of a table, in the order of ROLES: (v)iew, (a)dd, (c)hange, (d)elete. A new table gets a line.
TABLES = {
    "accounts.company": ("vac", "v", "", "vacd"),
    "accounts.user": ("vac", "v", "", "vacd"),
    "accounts.namechange": ("vc", "", "", "vacd"),
    "accounts.deletionrequest": ("vc", "", "", "vacd"),
    "accounts.newsletterconsent": ("vc", "", "", "vacd"),
    "access.membership": ("vacd", "v", "", "vacd"),
    "access.invitation": ("v", "", "", "vacd"),
    "access.accessrequest": ("vc", "", "", "vacd"),
    "access.accessevent": ("v", "v", "", "vacd"),
    "access.accessreview": ("v", "", "", "vacd"),
    "access.takeover": ("vac", "", "", "vacd"),
    "contracts.product": ("v", "v", "vac", "vacd"),
    "contracts.licence": ("vac", "v", "v", "vacd"),
    "contracts.maintenance": ("vacd", "v", "v", "vacd"),
    "contracts.document": ("vac", "v", "v", "vacd"),
    "contracts.publication": ("vac", "v", "v", "vacd"),
    "contracts.electronicinvoice": ("v", "v", "v", "vacd"),
    "contracts.terms": ("v", "v", "vac", "vacd"),
    "contracts.acceptance": ("v", "v", "v", "vacd"),
    "contracts.documentopening": ("v", "v", "v", "vacd"),
    "contracts.deletionreport": ("v", "v", "v", "vacd"),
    "contracts.subprocessor": ("vac", "v", "v", "vacd"),
    "contracts.subprocessorchange": ("v", "v", "v", "vacd"),
    "contracts.objection": ("vc", "", "", "vacd"),
    "downloads.release": ("v", "v", "vac", "vacd"),
    "downloads.releasefile": ("v", "v", "vc", "vacd"),
    "downloads.download": ("v", "v", "v", "vacd"),
    "downloads.downloadpass": ("v", "v", "v", "vacd"),
    "downloads.installedversion": ("v", "v", "v", "vacd"),
    "downloads.upload": ("", "", "vc", "vacd"),
    "shop.article": ("v", "v", "vac", "vacd"),
    "shop.category": ("v", "v", "vac", "vacd"),
    "shop.price": ("v", "v", "vacd", "vacd"),
    "shop.trainingdate": ("v", "v", "vac", "vacd"),
    "shop.synonym": ("v", "v", "vacd", "vacd"),
    "shop.miss": ("v", "v", "vd", "vacd"),
    "shop.vatcheck": ("vacd", "v", "v", "vacd"),
    "orders.order": ("vac", "v", "v", "vacd"),
    "orders.grant": ("", "", "", "vacd"),
    "orders.erptoken": ("", "", "", "vacd"),
    "orders.webhook": ("", "", "", "vacd"),
    "orders.webhookcall": ("", "", "", "vacd"),
    "support.feature": ("", "", "vacd", "vacd"),
    "support.contact": ("", "", "vacd", "vacd"),
    "support.openingday": ("", "", "vacd", "vacd"),
    "support.enquiry": ("vc", "vc", "vc", "vacd"),
    "support.adviser": ("vac", "vac", "vac", "vacd"),
    "support.supporttext": ("", "vac", "vac", "vacd"),
    "support.incident": ("", "vacd", "vacd", "vacd"),
    "portal.wave": ("vac", "", "", "vacd"),
    "portal.mailhandover": ("vc", "vc", "", "vacd"),
    "portal.trouble": ("", "vc", "", "vacd"),
    "portal.sweep": ("", "v", "", "vacd"),
    "portal.erprun": ("", "", "", "vacd"),
    "portal.erpexport": ("", "", "", "vacd"),
    "auth.group": ("", "", "", "v"),
    "allauth_idp_oidc.client": ("", "", "", "vacd"),
}
# Our own pages: what one must hold to open and to send them. "": everybody of the staff.
PAGES = {
    "search": "", "index": "", "login": "", "logout": "", "password_change": "", "password_change_done": "",
    "autocomplete": "", "jsi18n": "", "view_on_site": "", "app_list": "",
    "welcome": "accounts.add_company",
    "person": "accounts.view_user",
    **dict.fromkeys(
        [
            "customer", "customer_people", "customer_licences", "customer_orders", "customer_documents",
            "customer_downloads", "customer_log", "customer_mails", "customer_article", "customer_allowed",
        ],
        "accounts.view_company",
    ),
    "customer_block": "accounts.change_company",
    "customer_invitation": "access.change_membership",
    "customer_note_create": "accounts.add_companynote",
    "customer_note_delete": "accounts.view_companynote",
    "customer_order": "orders.add_order",
    "customer_paper": "orders.change_order",
    "customer_look": "accounts.view_as_company",
    "look_end": "",
    "accounts_newsletterconsent_export": "accounts.change_newsletterconsent",
    "accounts_namechange_file": "accounts.view_namechange",
    "accounts_namechange_decide": "accounts.change_namechange",
    "accounts_deletionrequest_decide": "accounts.change_deletionrequest",
    "access_accessrequest_decide": "access.change_accessrequest",
    "downloads_upload_decide": "downloads.change_upload",
    "contracts_terms_preview": "contracts.view_terms",
    "downloads_release_preview": "downloads.view_release",
    "downloads_installedversion_spread": "downloads.view_installedversion",
    "shop_article_preview": "shop.view_article",
    "contracts_terms_file": "contracts.view_terms",
    "contracts_objection_decide": "contracts.change_objection",
    "contracts_document_recall": "contracts.change_document",
    "contracts_document_file": "contracts.view_document",
    "contracts_publication_new": "contracts.add_publication",
    "contracts_publication_package": "contracts.add_publication",
    "contracts_publication_example": "contracts.add_publication",
    "contracts_publication_start": "contracts.add_publication",
    "contracts_publication_again": "contracts.add_publication",
    "contracts_publication_leave": "contracts.add_publication",
    "contracts_publication_recall": "contracts.change_publication",
    "contracts_publication_rows": "contracts.view_publication",
    "downloads_release_recall": "downloads.change_release",
    "downloads_release_upload_start": "downloads.change_release",
    "downloads_release_upload_piece": "downloads.change_release",
    "downloads_release_upload": "downloads.change_release",
    "downloads_releasefile_file": "downloads.view_releasefile",
    "support_feature_picture": "support.view_feature",
    "shop_article_why": "shop.view_article",
    "shop_article_workbook": "shop.view_article",
    "shop_article_picture": "shop.view_article",
    "shop_article_process_import": "shop.change_article",
    "shop_article_import": "shop.change_article",
    "shop_article_export": "shop.view_article",
    "orders_order_decide": "orders.change_order",
    "portal_erprun_folder": "portal.add_erprun",
    "portal_erprun_import": "portal.add_erprun",
    "portal_erprun_again": "portal.add_erprun",
    "portal_erprun_leave": "portal.add_erprun",
    "portal_erprun_report": "portal.view_erprun",
    "portal_erpexport_file": "portal.take_erpexport",
    "portal_wave_new": "portal.add_wave",
    "portal_mailhandover_again": "portal.change_mailhandover",
    "portal_mailhandover_link": "portal.change_mailhandover",
}  # fmt: skip
VERBS = {"changelist": "view", "history": "view", "change": "view", "add": "add", "delete": "delete"}
CLOSED = {403, 404, 405}


def addresses():
    """(name, route) of every page of the admin, as its site map has them."""

    def walk(patterns, route=""):
        for one in patterns:
            here = route + str(one.pattern)
            if hasattr(one, "url_patterns"):
                yield from walk(one.url_patterns, here)
            elif one.name:
                yield one.name, here

    return list(walk(django_admin.site.get_urls()))


def needed(name):
    """The permission an address wants."""
    if name in PAGES:
        return PAGES[name]
    table, verb = name.rsplit("_", 1)
    app, model = next(label.split(".") for label in TABLES if label.replace(".", "_") == table)
    return f"{app}.{VERBS[verb]}_{model}"


def is_standard(name):
    table, _mark, verb = name.rpartition("_")
    return verb in VERBS and table in {label.replace(".", "_") for label in TABLES}


def url_of(name, route):
    """With the first row there is, or one that there is not."""
    labels = sorted((label for label in TABLES if name.startswith(label.replace(".", "_"))), key=len)
    row = None
    if labels:
        model = next(m for m in django_admin.site._registry if m._meta.label_lower == labels[-1])
        row = model._base_manager.first()
    key = str(row.pk) if row is not None else ("1" if "<int:" in route else str(uuid.UUID(int=1)))
    args = [key if "upload>" not in part else str(uuid.UUID(int=1)) for part in re.findall(r"<\w+:\w+>", route)]
    if name == "app_list":
        args = ["accounts"]
    if name == "view_on_site":
        args = ["1", "1"]
    return reverse(f"admin:{name}", args=args)


@pytest.fixture
def staff_of(as_):
    def staff_of(role):
        person = make.UserFactory(username=role.lower(), first_name="Rolle", last_name=role, is_staff=True)
        person.groups.add(Group.objects.get(name=role))
        return User.objects.get(pk=person.pk)

    return staff_of


def test_the_table_names_every_address():
    """A page that nobody decided about fails here."""
    undecided = {name for name, _route in addresses()} - set(PAGES)
    assert {name for name in undecided if not is_standard(name)} == set()
    assert set(PAGES) <= {name for name, _route in addresses()}


def test_the_table_names_every_table():
    assert set(TABLES) == {model._meta.label_lower for model in django_admin.site._registry}


@pytest.mark.parametrize("number, role", list(enumerate(ROLES)), ids=ROLES)
def test_each_role_holds_what_the_table_says(number, role):
    held = set(Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename"))
    letters = {"view": "v", "add": "a", "change": "c", "delete": "d"}
    for label, of_roles in TABLES.items():
        app, model = label.split(".")
        has = "".join(letter for verb, letter in letters.items() if (app, f"{verb}_{model}") in held)
        assert has == of_roles[number], f"{role}: {label}"
    assert (("auth", "change_group") in held, ("auth", "add_permission") in held) == (False, False)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ROLES)
def test_every_address_is_open_to_its_roles_and_to_no_other(role, method, staff_of, as_, world):
    person = staff_of(role)
    client = as_(person)
    client.raise_request_exception = True
    for name, route in addresses():
        if name in ("logout", "login", "password_change"):
            continue
        needs = needed(name)
        may = not needs or person.has_perm(needs)
        # Each for itself: what one has done is not there for the next.
        with transaction.atomic():
            answer = getattr(client, method)(url_of(name, route))
            transaction.set_rollback(True)
        assert answer.status_code < 500, name
        if not may:
            assert answer.status_code in CLOSED, f"{role} {method} {name}: {answer.status_code}"
        elif method == "get" and is_standard(name) and VERBS[name.rsplit("_", 1)[1]] == "view":
            assert answer.status_code not in {403}, f"{role} {method} {name}: {answer.status_code}"
        elif name in PAGES:
            assert answer.status_code != 403 or method == "post" or name == "autocomplete", f"{role} {name}"


@pytest.mark.parametrize("who", ["customer", "nobody", "without a role"])
def test_nobody_else_is_let_in(who, as_, acme, olga):
    person = {"customer": olga, "nobody": None, "without a role": make.UserFactory(is_staff=True)}[who]
    client = as_(person)
    for name, route in addresses():
        if name in ("logout", "login", "password_change", "password_change_done", "jsi18n"):
            continue
        answer = client.get(url_of(name, route))
        if who == "without a role" and not needed(name):
            continue
        assert answer.status_code in {302, *CLOSED}, f"{name}: {answer.status_code}"
        assert answer.status_code != 302 or who != "without a role", name


@pytest.mark.parametrize("role", ROLES)
def test_a_page_of_staff_leads_nowhere_they_may_not_go(role, staff_of, as_, acme, ben):
    make.OrderFactory(company=acme, ordered_by=ben)
    client = as_(staff_of(role))
    page = client.get(reverse("admin:index")).content.decode()
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/admin/[^"#]*)"', page)}
    assert len(links) > 3
    for link in links:
        assert client.get(link, follow=True).status_code == 200, f"{role}: {link}"


def test_making_the_roles_again_writes_nothing(django_assert_num_queries):
    before = {group.name: set(group.permissions.all()) for group in Group.objects.all()}
    with django_assert_num_queries(1 + 2 * 4):
        make_roles()
    assert {group.name: set(group.permissions.all()) for group in Group.objects.all()} == before


# --- nobody gives themselves, or anybody, more than they hold ---


def held(person):
    found = Permission.objects.filter(group__user=person) | Permission.objects.filter(user=person)
    return set(found.values_list("pk", flat=True))


def send(client, person, groups, **more):
    """What a page of a person would send, and what somebody adds to it."""
    address = reverse("admin:accounts_user_change", args=[person.pk])
    page = client.get(address)
    plain = {"salutation": "", "first_name": "Mia", "last_name": "Maier", "email": "", "phone": "", "language": "de"}
    known = page.context and "adminform" in page.context
    data = (form_of(page) if known else plain) | {"groups": groups, **more}
    return client.post(address, data)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    role=st.sampled_from(ROLES),
    target=st.sampled_from(["self", "customer", "superuser", *ROLES]),
    wanted=st.sets(st.sampled_from(ROLES)),
    flags=st.sets(st.sampled_from(["is_staff", "is_superuser", "is_active"])),
)
def test_nobody_raises_anybody_above_themselves(role, target, wanted, flags, as_):
    with transaction.atomic():
        actor = make.UserFactory(is_staff=True)
        actor.groups.add(Group.objects.get(name=role))
        person = actor if target == "self" else make.UserFactory(is_staff=target != "customer")
        if target == "superuser":
            User.objects.filter(pk=person.pk).update(is_superuser=True)
        if target in ROLES:
            person.groups.add(Group.objects.get(name=target))
        before, was = held(person), User.objects.get(pk=person.pk)
        groups = list(Group.objects.filter(name__in=wanted).values_list("pk", flat=True))
        more = dict.fromkeys(flags, "on") | {"user_permissions": [1, 2, 3], "password": "x"}
        send(as_(actor), person, groups, **more)
        now = User.objects.get(pk=person.pk)
        assert now.is_superuser == was.is_superuser and now.password == was.password
        assert held(now) <= before | held(actor)
        if target in ("self", "superuser") or (target in ROLES and not before <= held(actor)):
            assert (held(now), now.is_staff, now.is_active) == (before, was.is_staff, was.is_active)
        if role != ADMINISTRATION:
            assert (held(now), now.is_staff) == (before, was.is_staff)
        transaction.set_rollback(True)


def test_the_administration_gives_a_colleague_a_role(staff_of, as_):
    client = as_(staff_of(ADMINISTRATION))
    person = make.UserFactory(email="neu@domus.example")
    answer = send(client, person, [Group.objects.get(name="Vertrieb").pk], is_staff="on", is_active="on")
    assert answer.status_code == 302
    person.refresh_from_db()
    assert person.is_staff and person.groups.get().name == "Vertrieb"
    send(client, person, [], is_active="on")
    assert not person.groups.exists()
