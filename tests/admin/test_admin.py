"""The vendor's admin: customers found, rows corrected, rules kept."""

import hashlib

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from access.models import Membership
from access.rights import Right
from accounts.models import Company, User
from contracts.models import Document
from downloads.models import Release
from orders.models import Order
from portal.lib.days import today

from .. import factories as make
from ..admin_pages import form_of

OURS = {"accounts", "access", "contracts", "downloads", "shop", "orders", "support"}
MODELS = [model for model in admin.site._registry if model._meta.app_label in OURS]


@pytest.fixture
def client_of(as_, admin):
    """A client of a member of staff: superuser, or with one role."""

    def client_of(role=None):
        if role is None:
            return as_(admin)
        person = make.UserFactory(username=role.lower(), is_staff=True)
        person.groups.add(Group.objects.get(name=role))
        return as_(person)

    return client_of


def url(model, page="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def rows(acme, olga, ben):
    """One row of every kind."""
    make.MembershipFactory(company=acme, accepted_at=None)
    order = make.OrderFactory(company=acme, ordered_by=ben)
    make.OrderLineFactory(order=order)
    make.DocumentFactory(company=acme)
    make.TermsFactory()
    make.ReleaseFileFactory(release__product=acme.licences.get().product)
    make.PriceFactory()
    return order


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_list_search_and_page_opens(model, client_of, rows):
    client = client_of()
    assert client.get(url(model)).status_code == 200
    has_search = bool(admin.site._registry[model].search_fields)
    assert client.get(url(model), {"q": "12345 'ä"} if has_search else {}).status_code == 200
    if (row := model._default_manager.first()) is not None:
        assert client.get(url(model, "change", row.pk)).status_code == 200
    assert client.get(url(model, "add")).status_code in {200, 403}


@pytest.mark.parametrize("count", [3, 40])
@pytest.mark.parametrize("model", [Company, Membership, Document, Order, User], ids=lambda model: model.__name__)
def test_queries_of_a_list_do_not_grow(model, count, client_of, acme, olga, django_assert_max_num_queries):
    for _one in range(count):
        membership = make.MembershipFactory(is_holder=True, is_main_holder=True)
        make.DocumentFactory(company=membership.company)
        make.OrderFactory(company=membership.company)
    client = client_of()
    client.get(url(model))
    with django_assert_max_num_queries(12):
        client.get(url(model))


@pytest.mark.parametrize(
    "typed",
    ["00123", "123", "DOMUS_123", " domus-00123 ", "müßig", "kaethe@a.example", "info@m.example", "Öztürk", "L-77"],
)
def test_a_customer_is_found(typed, client_of):
    company = make.CompanyFactory(number="00123", name="Verwaltung Müßig GmbH", email="info@m.example")
    person = make.UserFactory(first_name="Käthe", last_name="Öztürk", email="kaethe@a.example")
    make.MembershipFactory(company=company, user=person, is_holder=True, is_main_holder=True)
    make.LicenceFactory(company=company, number="L-77")
    make.CompanyFactory(number="999", name="Andere")
    page = client_of().get(url(Company), {"q": typed})
    assert [row.number for row in page.context["cl"].result_list] == ["00123"]


def test_the_form_of_a_customer_leads_to_its_page_instead_of_repeating_it(client_of, acme, ben):
    page = client_of().get(url(Company, "change", acme.pk))
    assert page.context["inline_admin_formsets"] == []
    assert f'href="{reverse("admin:customer", args=[acme.pk])}"' in page.content.decode()


def test_switches_are_saved(client_of, acme, ben):
    membership = ben.at[acme.number]
    client, address = client_of(), url(Membership, "change", membership.pk)
    form = form_of(client.get(address)) | {"switches": [Right.DOWNLOADS, Right.CONTRACTS]}
    assert client.post(address, form).status_code == 302
    assert Membership.of(membership).granted == {Right.DOWNLOADS, Right.CONTRACTS}


# --- the last licence holder (edge 36) ---


def test_the_last_holder_cannot_be_unticked(client_of, acme, olga):
    membership = olga.at[acme.number]
    client, address = client_of(), url(Membership, "change", membership.pk)
    form = form_of(client.get(address))
    form.pop("is_holder")
    form.pop("is_main_holder")
    answer = client.post(address, form)
    assert answer.status_code == 200
    assert "mindestens eine Person mit der Rolle" in answer.content.decode()
    assert Membership.of(membership).is_holder


@pytest.mark.parametrize("how", ["page", "action"])
def test_the_last_holder_cannot_be_deleted(how, client_of, acme, olga):
    membership, client = olga.at[acme.number], client_of()
    if how == "page":
        answer = client.post(url(Membership, "delete", membership.pk), {"post": "yes"}, follow=True)
    else:
        data = {"action": "delete_selected", "_selected_action": [membership.pk], "post": "yes"}
        answer = client.post(url(Membership), data, follow=True)
    assert "mindestens eine Person mit der Rolle" in answer.content.decode()
    assert Membership.objects.filter(pk=membership.pk).exists()


def test_the_main_role_moves_and_is_never_lost(client_of, acme, olga):
    """The customer number always leads to somebody."""
    second = make.MembershipFactory(company=acme, is_holder=True)
    first, client = olga.at[acme.number], client_of()
    address = url(Membership, "change", first.pk)
    form = form_of(client.get(address))
    form.pop("is_main_holder")
    assert client.post(address, form).status_code == 200, "not without naming another"
    address = url(Membership, "change", second.pk)
    client.post(address, form_of(client.get(address)) | {"is_main_holder": "on"})
    assert (Membership.of(first).is_main_holder, Membership.of(second).is_main_holder) == (False, True)
    client.post(url(Membership, "delete", second.pk), {"post": "yes"})
    assert Membership.of(first).is_main_holder


# --- what staff may not do ---


@pytest.mark.parametrize("model", [Company, Document, Order, User, Release], ids=lambda model: model.__name__)
def test_what_contracts_stand_on_is_never_deleted(model, client_of, rows):
    row = model._default_manager.first()
    assert client_of().post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    "role, model, status",
    [
        ("Vertrieb", Company, 200),
        ("Support", Company, 200),
        ("Katalog", Company, 403),
        ("Katalog", Release, 200),
        ("Vertrieb", Group, 403),
    ],
)
def test_roles(role, model, status, client_of):
    assert client_of(role).get(url(model)).status_code == status


def test_sales_make_no_superusers(client_of, kim):
    """Checklist 35: nobody raises anybody above themselves."""
    client, address = client_of("Vertrieb"), url(User, "change", kim.pk)
    form = form_of(client.get(address)) | {"is_staff": "on", "is_superuser": "on", "username": "chef"}
    assert client.post(address, form).status_code == 302
    kim.refresh_from_db()
    assert not kim.is_staff and not kim.is_superuser and kim.username != "chef"


def test_sales_do_not_edit_staff(client_of, admin):
    client = client_of("Vertrieb")
    client.post(url(User, "change", admin.pk), {"email": "mine@evil.example"})
    admin.refresh_from_db()
    assert admin.email != "mine@evil.example"


def test_customers_are_not_let_in(as_, olga):
    answer = as_(olga).get(reverse("admin:index"))
    assert answer.status_code in {302, 403, 404}
    assert as_(olga).get(reverse("admin:index"), follow=True).status_code in {200, 403, 404}


def test_the_admin_has_no_login_of_its_own(client):
    """Its own form knows no limits on wrong tries."""
    answer = client.get(reverse("admin:login"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


# --- people ---


def test_an_address_is_linked_and_a_password_link_sent(client_of, acme):
    holder = make.UserFactory(email=None, first_name="Ohne", last_name="Adresse")
    client, address = client_of(), url(User, "change", holder.pk)
    client.post(address, form_of(client.get(address)) | {"email": "neu@firma.example"})
    holder.refresh_from_db()
    assert holder.email == "neu@firma.example"
    assert holder.emailaddress_set.get().verified
    client.post(url(User), {"action": "send_password_link", "_selected_action": [holder.pk]})
    linked, sent = mail.outbox
    assert linked.to == ["neu@firma.example"] and "hat die E-Mail-Adresse Ihres Kontos geändert" in linked.body
    assert sent.to == ["neu@firma.example"] and "/anmeldung/password/reset/key/" in sent.body


def test_an_address_of_somebody_else_is_refused(client_of, ben, kim):
    client, address = client_of(), url(User, "change", kim.pk)
    answer = client.post(address, form_of(client.get(address)) | {"email": ben.email.upper()})
    assert answer.status_code == 200
    kim.refresh_from_db()
    assert kim.email != ben.email


# --- papers and orders ---


def new_document(company, file):
    day = today().isoformat()
    return {"company": company.pk, "number": "AB-9", "kind": "AB", "title": "T", "dated_on": day, "file": file}


def test_a_document_is_described_by_its_file(client_of, acme):
    file = SimpleUploadedFile("Vertrag ä.pdf", make.PDF, "application/pdf")
    form = {
        "company": acme.pk,
        "number": "AB-9",
        "kind": "AB",
        "title": "T",
        "dated_on": today().isoformat(),
        "file": file,
    }
    assert client_of().post(url(Document, "add"), form).status_code == 302
    document = Document.objects.get()
    assert document.size == len(make.PDF)
    assert document.sha256 == hashlib.sha256(make.PDF).hexdigest()
    assert "Vertrag" not in document.file.name


def test_a_corrected_file_is_a_new_version(client_of, acme):
    old = make.DocumentFactory(company=acme, number="AB-9")
    corrected = SimpleUploadedFile("neu.pdf", make.PDF + b"\n% corrected", "application/pdf")
    client, address = client_of(), url(Document, "change", old.pk)
    form = {"kind": "AB", "title": "Berichtigt", "dated_on": today().isoformat(), "file": corrected}
    assert client.post(address, form).status_code == 302
    old.refresh_from_db()
    new = Document.objects.visible().get()
    assert (new.version, old.replaced_by, old.title) == (2, new, old.title)
    with old.file.open() as content:
        assert content.read() == make.PDF


def test_what_is_no_pdf_is_refused(client_of, acme):
    file = SimpleUploadedFile("x.pdf", b"<html>", "application/pdf")
    form = {
        "company": acme.pk,
        "number": "AB-9",
        "kind": "AB",
        "title": "T",
        "dated_on": today().isoformat(),
        "file": file,
    }
    assert "keine lesbare PDF-Datei" in client_of().post(url(Document, "add"), form).content.decode()
    assert not Document.objects.exists()


def test_stored_files_are_for_staff_who_may_see_the_row(client_of, as_, acme, olga):
    document = make.DocumentFactory(company=acme)
    address = url(Document, "file", document.pk)
    assert client_of().get(address).status_code == 200
    assert client_of("Katalog").get(address).status_code == 200
    assert as_(olga).get(address).status_code in {302, 403, 404}


@pytest.mark.parametrize("action, state", [("accept", "accepted"), ("fulfil", "received")])
def test_orders_go_on_by_actions_and_only_as_they_may(action, state, client_of, rows):
    client_of("Vertrieb").post(url(Order), {"action": action, "_selected_action": [str(rows.pk)]})
    rows.refresh_from_db()
    assert rows.state == state
    changed = state != "received"
    assert rows.events.count() == changed
    # What is accepted is mailed with its confirmation, by the worker.
    assert ProcrastinateJob.objects.filter(task_name="make_confirmation").count() == changed


def test_support_does_not_decide_orders(client_of, rows):
    client_of("Support").post(url(Order), {"action": "accept", "_selected_action": [str(rows.pk)]})
    rows.refresh_from_db()
    assert rows.state == "received"
