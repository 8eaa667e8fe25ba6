"""The demo: its cast to the letter, its mail, and that neither can come into being elsewhere."""

import datetime as dt

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from access.rights import Right
from accounts.models import Company, User
from accounts.people import find_person
from downloads.models import Release
from orders.models import Order
from portal.demo import load
from portal.demo.logins import LOGINS, PASSWORD
from portal.lib.days import today
from portal.lib.mail import FolderBackend
from shop.models import Article

from .. import factories as make
from . import once


@pytest.fixture
def demo(db):
    once.load()


CAST = {
    ("12345", "petra@sonnenhof.example"): ("Petra Sonntag", set(Right)),
    ("12345", "deniz@sonnenhof.example"): ("Deniz Demir", set(Right)),
    ("12345", "ben@sonnenhof.example"): ("Ben Bauer", {Right.SHOP}),
    ("12345", "dora@sonnenhof.example"): ("Dora Dietz", {Right.DOWNLOADS}),
    ("12345", "nils@sonnenhof.example"): ("Nils Neumann", {Right.SHOP}),
    ("12345", "ivo@it-partner.example"): ("Ivo Iversen", {Right.DOWNLOADS}),
    ("20001", "malte@nordlicht.example"): ("Malte Nordmann", set(Right)),
    ("20001", "ivo@it-partner.example"): ("Ivo Iversen", {Right.DOWNLOADS}),
    ("30000", None): ("Gudrun Altmann", set(Right)),
}


def test_the_cast_to_the_letter(demo):
    found = {}
    for company in Company.objects.all():
        for row in company.memberships.select_related("user"):
            rights = {right for right in Right if row.may(right)}
            found[company.number, row.user.email] = (row.user.get_full_name(), rights)
    assert found == CAST
    assert {c.number: c.name for c in Company.objects.all()} == {
        "12345": "Hausverwaltung Sonnenhof GmbH",
        "20001": "Nordlicht Immobilien AG",
        "30000": "Altbau Ost eG",
    }


def test_every_printed_login_works(demo):
    for login, _who in LOGINS:
        client = Client()
        response = client.post(reverse("account_login"), {"login": login, "password": PASSWORD})
        assert response.status_code == 302, login
        assert client.session["_auth_user_id"] == str(find_person(login, "DOMUS").pk)


def test_states_of_the_cast(demo):
    people = Company.objects.get(number="12345").memberships
    assert people.get(user__email="nils@sonnenhof.example").state == "invited"
    end = people.get(user__email="ivo@it-partner.example").ends_on
    assert (end + dt.timedelta(days=1)).day == 1, "the end of a month"
    assert (end.year * 12 + end.month) - (today().year * 12 + today().month) == 1, "of the next one"


def test_what_stands_behind_the_tiles(demo):
    sonnenhof, altbau = (Company.objects.get(number=number) for number in ("12345", "30000"))
    assert Release.objects.exclude(withdrawn_on=None).count() == 1
    assert Release.objects.filter(is_security=True).exists()
    fitting = Article.objects.fitting(sonnenhof).count()
    assert 0 < fitting < Article.objects.count(), "some fit and some do not"
    assert set(Order.objects.values_list("state", flat=True)) >= {"received", "accepted", "fulfilled", "cancelled"}
    oldest = Order.objects.filter(company=sonnenhof).earliest("placed_at").placed_at.date()
    assert (today() - oldest).days > 650, "two years of orders"
    assert not altbau.licences.filter(maintenance__ends_on__gte=today()).exists()
    document = sonnenhof.documents.first()
    with document.file.open() as content:
        pdf = content.read()
    assert pdf.startswith(b"%PDF-") and b"/StructTreeRoot" in pdf, "real, tagged documents"


def test_loading_again_changes_nothing(demo, capsys):
    petra = User.objects.get(email="petra@sonnenhof.example")
    petra.set_password("Etwas ganz anderes")
    petra.save()
    call_command("load_demo")
    petra.refresh_from_db()
    assert petra.check_password("Etwas ganz anderes")
    assert "nothing was changed" in capsys.readouterr().out


def test_not_outside_the_demo(db, settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("load_demo")
    assert not User.objects.exists()


def test_not_among_real_customers(db):
    make.CompanyFactory()
    with pytest.raises(CommandError, match="not mixed"):
        call_command("load_demo")
    assert not User.objects.exists()


def test_the_end_of_next_month(monkeypatch):
    monkeypatch.setattr(load, "today", lambda: dt.date(2027, 1, 31))
    assert load.end_of_next_month() == dt.date(2027, 2, 28)
    monkeypatch.setattr(load, "today", lambda: dt.date(2026, 12, 1))
    assert load.end_of_next_month() == dt.date(2027, 1, 31)


# --- the post office ---


@pytest.fixture
def mail(db):
    message = EmailMessage("Grüße <b>", "Hallo\nhttp://localhost/x\n<script>alert(1)</script>", to=["a@b.example"])
    FolderBackend().send_messages([message])
    return next(settings.EMAIL_FILE_PATH.glob("*.eml"))


def test_mails_of_the_demo_can_be_read(mail, client):
    page = client.get("/demo/post/").content.decode()
    assert "Grüße &lt;b&gt;" in page
    page = client.get(f"/demo/post/{mail.name}/").content.decode()
    assert '<a href="http://localhost/x"' in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("name", ["..", "nichts.eml", "../../settings.py", "%2e%2e%2fx.eml", "a" * 32 + ".eml"])
def test_nothing_else_can_be_read(mail, client, name):
    assert client.get(f"/demo/post/{name}/").status_code == 404


def test_no_post_office_outside_the_demo(mail, client, settings):
    settings.DEMO = False
    assert client.get("/demo/post/").status_code == 404
    assert client.get(f"/demo/post/{mail.name}/").status_code == 404
