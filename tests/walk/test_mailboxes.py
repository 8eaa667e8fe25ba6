"""Every door for an address: all spellings of one mailbox are one, and what mail cannot reach is refused."""

import importlib
import re

import pytest
from allauth.account.models import EmailAddress
from django import forms
from django.apps import apps
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.urls import reverse

from access.models import Membership
from accounts.models import Company, EmailChange, NewsletterConsent, User
from downloads.models import DownloadPass
from portal.erp import import_export
from portal.lib.letters import send_letter
from portal.models import MailHandover, Trouble
from portal.unreachable import check_addresses, mail_fields
from support.models import Contact

from .. import factories as make
from ..erp import export
from ..jobs import run_jobs
from .test_signs import all_forms, of_admin, own_modules

pytestmark = pytest.mark.django_db
FORM, SPELLINGS = "anna@straßen-hof.example", ["ANNA@Straßen-Hof.example", "anna@xn--straen-hof-83a.example"]
BAD = ["x@exam\u200fple.example", "ben@sonnen\u00adhof.example", "jörg@x.example", "a@\u2764.example"]
LINK = re.compile(r"http://localhost:8000(/\S+)")


# --- every field ---


def form_fields():
    own_modules()
    importlib.import_module("allauth.account.forms")
    for form in sorted(set(all_forms()), key=lambda form: (form.__module__, form.__qualname__)):
        for name, field in getattr(form, "base_fields", {}).items():
            if isinstance(field, forms.EmailField) or ("mail" in name and isinstance(field, forms.CharField)):
                yield f"{form.__module__}.{form.__qualname__}.{name}", field


def keeps_the_stored_form(clean):
    def refuses(text):
        try:
            clean(text)
        except ValidationError:
            return True
        return False

    return {clean(spelling) for spelling in SPELLINGS} == {FORM} and all(map(refuses, BAD))


def test_every_field_of_every_form(admin):
    found = [*form_fields(), *((name, field) for name, field in of_admin(admin) if isinstance(field, forms.EmailField))]
    assert len(found) > 10
    # Takes what the login takes, a name or an address; looked up in its stored form.
    names = {name for name, field in found if not keeps_the_stored_form(field.clean)}
    assert names == {"accounts.forms.ResetPasswordForm.email"}


def test_every_field_of_every_model():
    found = mail_fields()
    assert len(found) >= 9
    for field in found:
        assert keeps_the_stored_form(lambda text, field=field: field.clean(text, None)), field
        row = field.model()
        setattr(row, field.attname, SPELLINGS[0])
        assert field.pre_save(row, True) == getattr(row, field.attname) == FORM
        assert field.get_db_prep_save(SPELLINGS[1], connection) == FORM


def test_columns_of_addresses_are_fields_of_addresses():
    """A copy in a review or a book of mails is what was; whoever adds another says so here."""
    copies = {"access.ReviewedPerson.email", "portal.MailHandover.address"}
    others = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField)
        and not isinstance(field, models.EmailField)
        and re.search(r"mail(?!er)|address$", field.name)
    }
    assert others - copies <= {"orders.Order.billing_address"}, others


# --- every door ---


def by_invitation(olga, as_, address):
    form = {"first_name": "Anna", "last_name": "Alt", "email": address, "rights": ["use_shop"]}
    return as_(olga).post("/kunde/12345/zugaenge/nutzer-hinzufuegen/", form)


@pytest.mark.parametrize("first, then", [(FORM, SPELLINGS[1]), (SPELLINGS[1], FORM), SPELLINGS, SPELLINGS[::-1]])
def test_an_invitation_finds_the_person_of_every_spelling(olga, mallory, as_, first, then):
    assert by_invitation(olga, as_, first).status_code == 302
    form = {"first_name": "A", "last_name": "A", "email": then, "rights": ["use_shop"]}
    assert as_(mallory).post("/kunde/66666/zugaenge/nutzer-hinzufuegen/", form).status_code == 302
    anna = User.objects.get(email=FORM)
    assert anna.memberships.count() == 2
    assert "bereits eingeladen" in by_invitation(olga, as_, then).content.decode()


@pytest.mark.parametrize("address", BAD, ids=ascii)
def test_a_bad_address_is_refused_where_it_is_typed(olga, acme, as_, address):
    page = by_invitation(olga, as_, address)
    assert page.status_code == 200 and page.context["form"].errors["email"] and not mail.outbox
    assert not Membership.objects.filter(user__first_name="Anna").exists()
    page = as_(olga).post(reverse("company_edit", args=["12345"]), {"email": address})
    assert page.context["form"].errors["email"]
    signed_in(olga).post(reverse("account_email"), {"email": address, "action_add": ""})
    assert not EmailChange.objects.exists()


def signed_in(person):
    client = Client()
    EmailAddress.objects.get_or_create(user=person, email=person.email, verified=True, primary=True)
    client.post(reverse("account_login"), {"login": person.email, "password": make.PASSWORD})
    return client


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_change_of_address(ben, dora, spelling):
    client = signed_in(ben)
    client.post(reverse("account_email"), {"email": spelling, "action_add": ""})
    (link,) = [LINK.search(letter.body)[1] for letter in mail.outbox if letter.to == [FORM]]
    Client().post(link)
    ben.refresh_from_db()
    assert ben.email == ben.emailaddress_set.get().email == FORM
    # Whoever asks for the same in another spelling does not get it.
    mail.outbox.clear()
    signed_in(dora).post(reverse("account_email"), {"email": SPELLINGS[1], "action_add": ""})
    for letter in mail.outbox:
        for found in LINK.findall(letter.body):
            Client().post(found)
    dora.refresh_from_db()
    assert dora.email == "dora@12345.example"


@pytest.mark.parametrize("spelling", [FORM, *SPELLINGS, " anna\uff20straßen-hof.example"])
def test_login_and_reset_in_every_spelling(ben, spelling):
    User.objects.filter(pk=ben.pk).update(email=FORM)
    page = Client().post(reverse("account_login"), {"login": spelling, "password": make.PASSWORD})
    assert page.status_code == 302
    Client().post(reverse("account_reset_password"), {"email": spelling})
    run_jobs("mail_reset_link")
    assert mail.outbox[-1].to == [FORM]


def test_a_company_s_mailboxes(olga, acme, as_):
    form = {
        "street": "Weg 1", "postal_code": "80331", "city": "München", "country": "DE", "confirmations": "both",
        "email": SPELLINGS[0], "invoice_email": SPELLINGS[1],
    }  # fmt: skip
    assert as_(olga).post(reverse("company_edit", args=["12345"]), form).status_code == 302
    acme.refresh_from_db()
    assert (acme.email, acme.invoice_email) == (FORM, FORM)


def test_a_pass(acme, dora, as_):
    release = make.ReleaseFactory(product=acme.licences.get().product, version="26.1")
    make.ReleaseFileFactory(release=release)
    form = {"name": "Anna", "email": SPELLINGS[1], "days": 3, "max_downloads": 2, "language": "de"}
    as_(dora).post(reverse("pass_create", args=[acme.number, release.pk]), form)
    assert DownloadPass.objects.get().email == FORM and mail.outbox[-1].to == [FORM]


@pytest.mark.parametrize("is_import_first", [True, False])
def test_import_and_invitation_mean_the_same_person(olga, as_, tmp_path, is_import_first):
    people = export.PEOPLE.partition("\n")[0] + f"\n12345;;Anna;Alt;{SPELLINGS[1]};;DOWNLOAD;\n"
    people += "".join(f"12345;;X;X;{address};;SHOP;\n" for address in BAD)
    folder = export.write(tmp_path / "export", {"personen.csv": people}, encoding="utf-8")

    def bring():
        (result,) = import_export(folder)
        assert [line for line, _reason in result.refused] == [3, 4, 5, 6] and not result.error

    if is_import_first:
        bring()
        assert by_invitation(olga, as_, SPELLINGS[0]).status_code == 200
    else:
        assert by_invitation(olga, as_, SPELLINGS[0]).status_code == 302
        bring()
    assert User.objects.get(first_name="Anna").email == FORM


def test_two_spellings_in_one_file_are_one_person(acme, olga, tmp_path):
    rows = "".join(f"12345;;Anna;Alt;{address};;SHOP;\n" for address in [FORM, *SPELLINGS])
    people = export.PEOPLE.partition("\n")[0] + "\n" + rows
    (result,) = import_export(export.write(tmp_path / "export", {"personen.csv": people}, encoding="utf-8"))
    assert (result.new, result.refused) == (1, [(3, "person twice"), (4, "person twice")])


def test_staff_cannot_give_one_mailbox_to_two(ben, dora, admin, as_):
    User.objects.filter(pk=dora.pk).update(email=FORM)
    form = {name: getattr(ben, name) for name in ["salutation", "first_name", "last_name", "phone", "language"]}
    form |= {"username": ben.username, "is_active": "on", "email": SPELLINGS[1]}
    page = as_(admin).post(reverse("admin:accounts_user_change", args=[ben.pk]), form)
    assert page.status_code == 200 and page.context["adminform"].form.errors
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=ben.pk).update(email=SPELLINGS[0])
    ben.email = SPELLINGS[1]
    with pytest.raises(IntegrityError), transaction.atomic():
        ben.save()


# --- rows from before ---


def as_of_old(row, **columns):
    """Written past the portal's own fields."""
    for name, address in columns.items():
        with connection.cursor() as cursor:
            cursor.execute(f'update {row._meta.db_table} set "{name}" = %s where id = %s', [address, row.pk])
    row.refresh_from_db()


def mend_all():
    for name in ("accounts.migrations.0010_addresses_in_one_form", "downloads.migrations.0007_addresses_in_one_form",
                 "support.migrations.0002_addresses_in_one_form"):  # fmt: skip
        importlib.import_module(name).mend_all(apps, None)


def test_old_rows_get_the_stored_form_where_nobody_else_has_it(acme, ben, dora, kim, carla, olga):
    as_of_old(ben, email="Ben@xn--mller-kva.example")
    as_of_old(dora, email=SPELLINGS[1])
    User.objects.filter(pk=kim.pk).update(email=FORM)
    as_of_old(carla, email="c@xn--grn-ioa.example")
    as_of_old(olga, email="C@GRÜN.example")
    as_of_old(acme, email="Post@MÜLLER.example", invoice_email=BAD[0])
    contact = Contact.objects.create(name_de="Hotline", email="x@y.example")
    as_of_old(contact, email="Hotline@Xn--MLLER-kva.example")
    mend_all()
    for row in (ben, dora, kim, carla, olga, acme, contact):
        row.refresh_from_db()
    assert (ben.email, kim.email, contact.email) == ("ben@müller.example", FORM, "hotline@müller.example")
    assert dora.email == SPELLINGS[1], "it would be Kim's"
    assert (carla.email, olga.email) == ("c@xn--grn-ioa.example", "C@GRÜN.example"), (
        "which of the two it is nobody knows"
    )
    assert (acme.email, acme.invoice_email) == ("post@müller.example", BAD[0])


def test_what_cannot_be_mended_is_listed_for_staff_until_it_is(acme, ben, dora, kim, admin, as_):
    as_of_old(dora, email=SPELLINGS[1])
    User.objects.filter(pk=kim.pk).update(email=FORM)
    as_of_old(acme, invoice_email=BAD[1])
    call_command("check_addresses")
    assert set(Trouble.objects.values_list("row", flat=True)) == {
        f"accounts.User {dora.pk} email", f"accounts.Company {acme.pk} invoice_email",
    }  # fmt: skip
    page = as_(admin).get(reverse("admin:portal_trouble_changelist")).content.decode()
    assert f"accounts.User {dora.pk} email" in page and BAD[1] not in page
    Company.objects.filter(pk=acme.pk).update(invoice_email="gut@x.example")
    assert check_addresses() == 1 and Trouble.objects.get().row == f"accounts.User {dora.pk} email"


def test_an_old_row_keeps_its_spelling_when_something_else_is_saved(dora, kim):
    as_of_old(dora, email=SPELLINGS[1])
    User.objects.filter(pk=kim.pk).update(email=FORM)
    dora.first_name = "Dorothea"
    dora.save()
    dora.refresh_from_db()
    assert (dora.first_name, dora.email) == ("Dorothea", SPELLINGS[1])


def test_a_stored_address_that_cannot_be_written_stops_no_other_mail(acme, ben, dora, settings):
    settings.EMAIL_BACKEND = "portal.lib.mail.QueueBackend"
    as_of_old(ben, email=BAD[3])
    for person in (ben, dora):
        send_letter("access/mail/expired.txt", person.email, "de", "Betreff", {"reader": person})
    states = dict(MailHandover.objects.values_list("state", "recipients"))
    assert states["waiting"] == ["dora@12345.example"] and "refused" in states


def test_the_newsletter_knows_the_stored_form(ben, as_):
    User.objects.filter(pk=ben.pk).update(email=FORM)
    as_(ben).post(reverse("newsletter"), {"wanted": "1"})
    assert NewsletterConsent.objects.get().email == FORM and mail.outbox[-1].to == [FORM]
