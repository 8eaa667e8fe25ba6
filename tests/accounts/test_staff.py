"""What the vendor's staff may do to a login, and that its person learns of it. Staff and customers are two sides."""

import pytest
from allauth.idp.oidc.models import Token
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib import admin as django_admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from access.models import Membership
from accounts.mails import BY_STAFF
from accounts.models import User
from accounts.staff import TOLD
from tests import factories as make
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
PEOPLE = reverse("admin:accounts_user_changelist")
START = "/kunde/12345/"


@pytest.fixture
def sales(db):
    person = make.UserFactory(username="vertrieb2", is_staff=True)
    person.groups.add(Group.objects.get(name="Vertrieb"))
    return person


def form_of(person, **changes):
    names = ["salutation", "first_name", "last_name", "phone", "language", "email", "username"]
    form = {name: getattr(person, name) or "" for name in names}
    form |= {name: "on" for name in ("is_active", "is_staff", "is_superuser") if getattr(person, name)}
    return {name: value for name, value in (form | changes).items() if value is not None}


def page_of(person):
    return reverse("admin:accounts_user_change", args=[person.pk])


def act(client, action, *people):
    return client.post(PEOPLE, {"action": action, "_selected_action": [person.pk for person in people]})


def history(person):
    return LogEntry.objects.filter(object_id=str(person.pk), content_type__model="user").count()


# --- nobody sets somebody else's password ---


@pytest.mark.parametrize("who", ["sales", "admin"])
def test_there_is_no_page_to_set_somebody_s_password(request, who, ben, as_):
    """ASVS 8.2.3."""
    client = as_(request.getfixturevalue(who))
    new = {"password1": "Ein-neuer-Satz-17", "password2": "Ein-neuer-Satz-17", "usable_password": "true"}
    for path in (f"/admin/accounts/user/{ben.pk}/password/", f"/admin/auth/user/{ben.pk}/password/"):
        client.get(path)
        client.post(path, new)
    client.post(page_of(ben), form_of(ben) | new | {"password": "Ein-neuer-Satz-17"})
    client.post(reverse("admin:accounts_user_add"), {"first_name": "Neu", "last_name": "Neu", **new})
    ben.refresh_from_db()
    assert ben.check_password(PASSWORD)
    assert not User.objects.get(first_name="Neu").has_usable_password()
    with pytest.raises(NoReverseMatch):
        reverse("admin:auth_user_password_change", args=[ben.pk])


def test_nothing_of_a_login_is_edited_by_a_side_door():
    """Addresses, factors and tokens are rows too; on pages of their own nobody would be told."""
    registered = {model._meta.label for model in django_admin.site._registry}
    assert not registered & {"account.EmailAddress", "account.EmailConfirmation", "mfa.Authenticator"}
    assert not registered & {"allauth_idp_oidc.Token", "accounts.Session", "accounts.EmailChange"}


def test_staff_s_own_password_is_changed_where_limits_hold(admin, as_):
    answer = as_(admin).post(reverse("admin:password_change"), {"old_password": "x"})
    assert answer["Location"] == reverse("account_change_password")


# --- what is done is mailed and noted ---


def test_a_link_is_sent_and_noted(ben, sales, as_):
    act(as_(sales), "send_password_link", ben)
    assert [message.to for message in mail.outbox] == [[ben.email]] and history(ben) == 1


@pytest.mark.parametrize(
    "action, words", [("log_out", "abgemeldet"), ("remove_factors", "zweiten Faktoren"), ("lift_tries", "Wartezeit")]
)
def test_each_action_is_mailed_and_noted(ben, sales, as_, action, words):
    act(as_(sales), action, ben)
    (message,) = mail.outbox
    assert message.to == [ben.email] and words in message.body and history(ben) == 1


def test_who_has_lost_the_factors_gets_in_again(ben, sales, as_):
    TOTP.activate(ben, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    his = as_(ben)
    Token.objects.create(user=ben, type="rt", hash="x")
    act(as_(sales), "remove_factors", ben)
    assert not Authenticator.objects.filter(user=ben).exists() and not Token.objects.filter(user=ben).exists()
    assert his.get(START).status_code == 302
    assert Client().post(reverse("account_login"), {"login": ben.email, "password": PASSWORD})["Location"] == "/"


@pytest.mark.parametrize("action", ["send_password_link", "log_out", "remove_factors", "lift_tries"])
def test_sales_do_nothing_to_staff_and_support_nothing_at_all(ben, admin, sales, as_, action):
    TOTP.activate(admin, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    act(as_(sales), action, admin)
    support = make.UserFactory(is_staff=True)
    support.groups.add(Group.objects.get(name="Support"))
    act(as_(support), action, ben)
    assert not mail.outbox and history(admin) == history(ben) == 0
    assert Authenticator.objects.filter(user=admin).exists()


@pytest.mark.parametrize("field, value", sorted(TOLD, key=str))
def test_each_change_of_the_page_is_told(admin, as_, field, value):
    person = make.UserFactory(**{field: not value})
    as_(admin).post(page_of(person), form_of(person, **{field: "on" if value else None}))
    person.refresh_from_db()
    assert getattr(person, field) == value
    (message,) = mail.outbox
    expected = BY_STAFF[TOLD[field, value]]
    assert message.to == [person.email] and str(expected) % {"vendor": "DOMUS Software GmbH"} in message.body
    assert history(person) == 1


def test_a_change_of_address_and_a_closed_account_are_told_to_both_addresses(ben, admin, as_):
    his, before = as_(ben), ben.email
    as_(admin).post(page_of(ben), form_of(ben, email="neu@12345.example", is_active=None))
    told = sorted((message.to[0], message.subject) for message in mail.outbox)
    assert {address for address, _subject in told} == {before, "neu@12345.example"} and len(told) == 4
    assert his.get(START).status_code == 302


def test_everything_staff_can_say_has_its_sentence():
    assert set(TOLD.values()) | {"logged_out", "factors", "lifted", "renamed"} == set(BY_STAFF)


def test_a_blocked_company_is_told_whichever_way(acme, olga, ben, nils, admin, as_):
    client, url = as_(admin), reverse("admin:accounts_company_changelist")
    for action, words in (("block", "gesperrt"), ("unblock", "Sperre des Zugangs")):
        for _again in range(2):
            client.post(url, {"action": action, "_selected_action": [acme.pk]})
        assert sorted(message.to[0] for message in mail.outbox) == [ben.email, olga.email], "once, and not the invited"
        assert words in mail.outbox[0].body
        mail.outbox.clear()
    assert LogEntry.objects.filter(object_id=str(acme.pk), content_type__model="company").count() == 2


# --- staff are no customer's people ---


@pytest.mark.parametrize("who", ["sales", "admin"])
def test_staff_do_not_make_themselves_members(request, who, acme, olga, as_):
    """Edge 45."""
    person = request.getfixturevalue(who)
    form = {"company": acme.pk, "user": person.pk, "accepted_at": "2026-01-01T00:00:00"}
    page = as_(person).post(reverse("admin:access_membership_add"), form)
    assert page.status_code == 200 and "gehört zu unserem Team" in page.content.decode()
    assert not Membership.objects.filter(user=person).exists()


def test_nor_by_an_invitation(acme, olga, sales, as_):
    form = {"email": sales.email, "first_name": "V", "last_name": "V", "rights": ["use_shop"]}
    page = as_(olga).post(reverse("invitation_create", args=["12345"]), form)
    assert page.status_code == 200 and sales.email in page.content.decode()
    assert not Membership.objects.filter(user=sales).exists()


def test_nor_by_any_other_way(acme, olga, ben, sales):
    """The database says no, whoever writes."""
    with pytest.raises(IntegrityError), transaction.atomic():
        make.MembershipFactory(company=acme, user=sales)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=ben).update(user=sales)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=ben.pk).update(is_staff=True)


def test_a_customer_s_person_becomes_staff_after_the_accesses_have_ended(ben, nils, admin, as_):
    client = as_(admin)
    for person in (ben, nils):
        page = client.post(page_of(person), form_of(person, is_staff="on"))
        assert page.status_code == 200 and "12345" in page.content.decode()
        person.refresh_from_db()
        assert not person.is_staff
    Membership.objects.filter(user=ben).delete()
    client.post(page_of(ben), form_of(ben, is_staff="on"))
    ben.refresh_from_db()
    assert ben.is_staff


def test_a_membership_from_before_opens_nothing_to_staff(ben, as_):
    """The rule came later than some rows."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute("update accounts_user set is_staff = true where id = %s", [ben.pk])
        cursor.execute("set session_replication_role = origin")
    assert as_(User.objects.get(pk=ben.pk)).get(START).status_code == 404


def test_roles_cannot_change_a_password_by_their_permissions(sales):
    """Nothing named so exists, today or by a later Django."""
    assert not Permission.objects.filter(codename__icontains="password").exists()
