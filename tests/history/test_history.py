"""Every change of a row that staff can change has its line: who, when, what before and after, by whatever way."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone, translation

from access.acting import Actor
from accounts.erasure import ask_for_deletion, carry_out
from accounts.models import Company, User
from contracts.models import Licence, Maintenance
from orders.models import ErpToken, Webhook
from portal.erp import import_export
from portal.history.models import Change
from portal.history.tables import WITHOUT
from portal.history.tasks import forget_changes
from portal.history.words import lines_of

from .. import factories as make
from ..admin_pages import form_of
from ..erp import export

pytestmark = pytest.mark.django_db


def watched():
    with connection.cursor() as cursor:
        cursor.execute(
            "select tgrelid::regclass::text, array_agg(tgname::text) from pg_trigger "
            "where tgname like 'history\\_%' group by 1"
        )
        return dict(cursor.fetchall())


def changes(row):
    return list(Change.objects.of_row(row))


def page_of(client, row):
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_history"
    answer = client.get(reverse(name, args=[row.pk]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("model", list(django_admin.site._registry), ids=lambda model: model._meta.label)
def test_every_table_of_the_admin_has_its_triggers(model):
    """A new one fails here until a migration calls portal_watch, or WITHOUT says why not."""
    tables = watched()
    if model._meta.label in WITHOUT:
        assert model._meta.db_table not in tables
        return
    of_it = [model._meta.db_table, *(field.remote_field.through._meta.db_table for field in model._meta.many_to_many)]
    for table in of_it:
        assert {"history_added", "history_changed", "history_removed"} <= set(tables.get(table, [])), table


@pytest.mark.parametrize("statement", ["update {0} set id = id", "delete from {0}", "insert"])
def test_every_trigger_can_be_carried_out(statement):
    """A statement trigger fires without rows as well, and a column it names in vain is an error."""
    for table in watched():
        with connection.cursor() as cursor, transaction.atomic():
            if statement.startswith("insert"):
                cursor.execute(
                    "select string_agg(quote_ident(attname), ', ') from pg_attribute "
                    "where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = ''",
                    [table],
                )
                (columns,) = cursor.fetchone()
                cursor.execute(f"insert into {table} ({columns}) select {columns} from {table} where false")
            else:
                cursor.execute(statement.format(table) + " where false")


def test_what_has_no_history_is_still_in_the_admin():
    assert set(WITHOUT) <= {model._meta.label for model in django_admin.site._registry}


def test_a_form_says_who_changed_what_from_what_to_what(as_, admin, acme):
    client = as_(admin)
    address = reverse("admin:accounts_company_change", args=[acme.pk])
    client.post(address, form_of(client.get(address)) | {"city": "Bad Aibling", "is_blocked": "on"})
    (line,) = [one for one in changes(acme) if one.kind == "~" and "city" in one.what]
    assert line.what["city"] == [acme.city, "Bad Aibling"]
    assert (line.actor_kind, line.actor_name, line.company_id) == ("staff", "Ada Admin", acme.pk)
    page = page_of(client, acme)
    assert "Ada Admin" in page and f"<dt>Ort</dt> <dd> <del>{acme.city}</del> → Bad Aibling" in page
    assert "<dt>Gesperrt</dt> <dd> <del>nein</del> → ja" in page


def test_a_plain_table_without_verbs_is_signed_too(as_, admin):
    article = make.ArticleFactory(list_price=Decimal("10.00"))
    client = as_(admin)
    address = reverse("admin:shop_article_change", args=[article.pk])
    assert client.post(address, form_of(client.get(address)) | {"list_price": "1074.00"}).status_code == 302
    line = changes(article)[0]
    assert line.actor_name == "Ada Admin"
    assert "10,00 €</del> → 1.074,00 €" in page_of(client, article)


@pytest.mark.parametrize("is_blocked", [True, False])
def test_actions_on_many_rows_have_a_line_for_each(as_, admin, is_blocked):
    companies = [make.CompanyFactory(is_blocked=not is_blocked) for _one in range(3)]
    action = "block" if is_blocked else "unblock"
    data = {"action": action, "_selected_action": [company.pk for company in companies]}
    as_(admin).post(reverse("admin:accounts_company_changelist"), data)
    for company in companies:
        (line,) = [one for one in changes(company) if one.kind == "~"]
        assert line.what == {"is_blocked": [not is_blocked, is_blocked]} and line.actor_name == "Ada Admin"


def test_an_accepted_request_is_written_at_the_company(as_, admin, acme, olga):
    change = make.NameChangeFactory(company=acme, asked_by=olga)
    address = reverse("admin:accounts_namechange_decide", args=[change.pk])
    as_(admin).post(address, {"accept": "1"})
    named = [one for one in Change.objects.of_company(acme) if "name" in one.what]
    assert named and named[0].actor_name == "Ada Admin" and named[0].what["name"][0] == acme.name


def test_the_import_is_named(tmp_path):
    folder = export.write(tmp_path)
    list(import_export(folder))
    Change.objects.all().delete()
    files = {**export.FILES, "kunden.csv": export.CUSTOMERS.replace("01067;Dresden", "01067;Dresden-Neustadt")}
    list(import_export(export.write(folder, files)))
    company = Company.objects.get(number="00123")
    (line,) = changes(company)
    assert line.what == {"city": ["Dresden", "Dresden-Neustadt"]} and line.actor_kind == "import"
    with translation.override("de"):
        assert lines_of([line])[0].who == "ERP-Import"


def test_sql_by_hand_is_written_as_well(acme):
    with connection.cursor() as cursor:
        cursor.execute("update accounts_company set street = 'Neu 1' where id = %s", [acme.pk])
    assert changes(acme)[0].what["street"][1] == "Neu 1" and changes(acme)[0].actor_kind == "portal"


def test_a_row_that_stays_as_it_is_has_no_line(acme):
    before = Change.objects.count()
    Company.objects.update(created_at=acme.created_at)
    User.objects.update(last_login=timezone.now())
    assert Change.objects.count() == before


def test_a_deleted_row_is_kept_as_it_was():
    price = make.PriceFactory(net=Decimal("12.50"))
    key = price.pk
    price.delete()
    line = Change.objects.filter(table="shop_price", row=str(key)).latest("pk")
    assert line.kind == "-" and Decimal(str(line.what["net"][0])) == Decimal("12.5")


def test_switches_roles_and_other_lists_stand_at_their_row(as_, admin, acme, ben):
    membership = ben.at[acme.number]
    Change.objects.all().delete()
    membership.rights.all().delete()
    (line,) = changes(membership)
    assert (line.part, line.kind, line.person_id, line.company_id) == ("access_membershipright", "-", ben.pk, acme.pk)
    person = make.UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name="Katalog"))
    assert "Katalog" in page_of(as_(admin), person)
    article = make.ArticleFactory()
    product = make.ProductFactory(number="9", name="DOMUS 9")
    article.fits.add(product)
    assert "DOMUS 9" in page_of(as_(admin), article)


def test_names_words_and_days_instead_of_keys(as_, admin, acme):
    licence = acme.licences.get()
    other = make.ProductFactory(number="1000", name="DOMUS 1000")
    Licence.objects.filter(pk=licence.pk).update(product=other, starts_on=dt.date(2026, 12, 31), kind="M")
    page = page_of(as_(admin), licence)
    assert f"<del>{licence.product}</del> → {other}" in page and "→ 31.12.2026" in page
    assert str(Licence.Kind.RENTED.label) in page or "Miet" in page
    Maintenance.objects.update(ends_on=None)
    assert "Pflege" in page_of(as_(admin), acme), "a company's page tells of all that is its"


# --- secrets and people ---

SECRET = re.compile("secret|password|token|hash|raw")


def test_no_secret_is_ever_written(admin):
    admin.set_password("Ganz-geheim-2026!")
    admin.email = "neu@domus.example"
    admin.save()
    ErpToken.objects.create(name="x", token_hash="a" * 64, scopes=["orders"])
    ErpToken.objects.update(token_hash="b" * 64, name="y")
    hook = Webhook.objects.create(url="https://example.com/", secret="s" * 32)
    Webhook.objects.update(secret="t" * 32, url="https://example.org/")
    hook.delete()
    assert Change.objects.count() >= 3
    for line in Change.objects.all():
        assert not [key for key in line.what if SECRET.search(key)], line.table
        assert "a" * 64 not in str(line.what) and "t" * 32 not in str(line.what) and "geheim" not in str(line.what)


def test_with_a_person_goes_what_was_written_about_them(admin, acme, ben, olga):
    with transaction.atomic():
        Actor.staff(admin).sign()
        User.objects.filter(pk=ben.pk).update(last_name="Berger")
    make.OrderFactory(company=acme, ordered_by=ben)
    assert Change.objects.filter(person=ben).exists()
    request = ask_for_deletion(User.objects.get(pk=ben.pk))
    carry_out(request, by=admin)
    assert not Change.objects.filter(person=ben.pk).exists()
    assert not [one for one in Change.objects.all() if "Berger" in str(one.what) or "ben@" in str(one.what)]
    assert not Change.objects.filter(actor_id=ben.pk).exclude(actor_name="").exists()


def test_with_a_row_that_is_deleted_goes_what_was_written_about_the_person():
    person = make.UserFactory(first_name="Nora")
    User.objects.filter(pk=person.pk).update(first_name="Nele")
    key = person.pk
    person.delete()
    assert not Change.objects.filter(person_id=key).exists()


def test_lines_go_after_their_years(acme, settings):
    Company.objects.update(city="A")
    Change.objects.update(at=timezone.now() - dt.timedelta(days=365 * settings.HISTORY_YEARS + 1))
    Company.objects.update(city="B")
    forget_changes.func(timestamp=0)
    assert [line.what["city"] for line in Change.objects.all()] == [["A", "B"]]


# --- pages ---


def test_a_long_history_comes_page_by_page(as_, admin, acme, django_assert_max_num_queries):
    for number in range(120):
        Company.objects.filter(pk=acme.pk).update(street=f"Weg {number}")
    client = as_(admin)
    address = reverse("admin:accounts_company_history", args=[acme.pk])
    client.get(address)
    with django_assert_max_num_queries(12):
        first = client.get(address).content.decode()
    assert "Weg 119" in first and "Weg 60" not in first and "Ältere" in first
    assert "Weg 60" in client.get(address, {"p": 2}).content.decode()
    assert client.get(address, {"p": "x" * 9}).status_code == 200
    assert client.get(address, {"p": "999999"}).status_code == 200


def test_only_who_may_see_the_row_sees_its_history(as_, acme):
    person = make.UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name="Katalog"))
    address = reverse("admin:accounts_company_history", args=[acme.pk])
    assert as_(person).get(address).status_code == 403
    assert as_(make.UserFactory()).get(address).status_code in {302, 403, 404}


def test_a_company_s_history_shows_a_role_its_own(as_, admin, acme, olga):
    """Who may see the customer, but no changes of names, reads none in the history either."""
    change = make.NameChangeFactory(company=acme, asked_by=olga, new_name="Geheime Nachfolge GmbH")
    support = make.UserFactory(is_staff=True)
    support.groups.add(Group.objects.get(name="Support"))
    assert not support.has_perm("accounts.view_namechange")
    change.delete()
    address = reverse("admin:accounts_company_history", args=[acme.pk])
    assert "Geheime Nachfolge" in as_(admin).get(address).content.decode()
    assert "Geheime Nachfolge" not in as_(support).get(address).content.decode()


def test_what_a_person_takes_away_at_once_leaves_no_line(acme, ben):
    User.objects.filter(pk=ben.pk).update(phone="+49 89 4711")
    before = Change.objects.count()
    ask_for_deletion(User.objects.get(pk=ben.pk))
    ben.refresh_from_db()
    assert ben.phone == "" and "4711" not in str(list(Change.objects.order_by("pk").values_list("what")[before:]))


def test_two_requests_do_not_lend_each_other_their_names(as_, admin, acme, ben):
    client = as_(admin)
    address = reverse("admin:accounts_company_change", args=[acme.pk])
    client.post(address, form_of(client.get(address)) | {"city": "A"})
    Company.objects.filter(pk=acme.pk).update(city="B")
    assert changes(acme)[0].actor_kind == "portal"


def test_a_customer_s_own_form_is_theirs(as_, acme, kim):
    client = as_(kim)
    address = reverse("company_edit", args=[acme.number])
    form = client.get(address).context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | {"street": "Ringstraße 5"}
    client.post(address, data)
    line = next(one for one in changes(acme) if "street" in one.what)
    assert (line.actor_kind, line.actor_name) == ("person", "Kim Krause")
