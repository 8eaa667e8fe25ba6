"""Meine Daten and Konto löschen: all of one's own and nothing of others; what goes, what stays, who decides."""

import inspect
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import mail
from django.db.models import ForeignKey
from django.urls import reverse
from django.utils import timezone

from accounts.erasure import ask_for_deletion, carry_out
from accounts.models import DataExport, DeletionRequest, User
from accounts.tasks import forget_exports, make_export
from portal.lib.personal import modules, personal_of_apps
from portal.lib.refusals import Refused
from tests import factories as make
from tests.mail.test_queue import work

OURS = {"access", "accounts", "contracts", "downloads", "shop", "orders", "support", "portal"}


def confirmed(client):
    """The password once more, as these pages ask for it."""
    client.post(reverse("account_reauthenticate"), {"password": make.PASSWORD})
    return client


def test_every_row_about_a_person_is_exported_or_kept_back_with_a_reason():
    """A new table that names a person fails here until somebody has decided."""
    named = {f"{entry.model}.{entry.person.split('__')[0]}" for entry in personal_of_apps()}
    kept_back = {name for module in modules() for name in module.KEPT_BACK}
    found = {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.local_fields
        if isinstance(field, ForeignKey) and field.related_model is User
    }
    assert found - named - kept_back == set()
    assert kept_back <= found, "what is no longer there is not listed either"


@pytest.mark.django_db(transaction=True)
def test_the_worker_makes_the_zip_and_mails_a_link_behind_the_login(ben, dora, acme, as_, client):
    own = make.OrderFactory(company=acme, ordered_by=ben, orderer_name="Ben Bauer", net=4711, address="Lindenallee 1")
    make.OrderFactory(company=acme, ordered_by=dora, orderer_name="Dora Dietz", number="TSA-DORA")
    change = make.NameChangeFactory(company=acme, asked_by=ben)
    his = as_(ben)
    his.post(reverse("my_data"))
    assert "wird zusammengestellt" in his.get(reverse("my_data")).content.decode()
    his.post(reverse("my_data"))
    assert DataExport.objects.count() == 1, "asking twice makes one"
    work()
    export = DataExport.objects.get()
    (message,) = [message for message in mail.outbox if message.to == [ben.email]]
    assert reverse("my_data") in message.body and not message.attachments
    url = reverse("my_data_file", args=[export.pk])
    assert client.get(url).status_code == 302 and "reauthenticate" in his.get(url)["Location"]
    assert confirmed(as_(dora)).get(url).status_code == 404
    answer = confirmed(his).get(url)
    assert "meine-daten.zip" in answer["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        names = archive.namelist()
        rows = {name: json.loads(archive.read(name)) for name in names if name.endswith(".json")}
        assert archive.read("files/name_changes-1-Auszug.pdf") == change.file.read()
    assert rows["person.json"]["email"] == ben.email
    assert [row["number"] for row in rows["orders.json"]] == [own.number]
    assert rows["companies.json"][0]["company__name"] == acme.name
    everything = json.dumps(rows)
    for secret in (ben.password, "Dora", dora.email, "TSA-DORA", "4711", "Lindenallee", his.session.session_key):
        assert secret not in everything, "edge 89: nothing of colleagues, no secrets"
    assert rows["sessions.json"][0]["ip"] == "127.0.0.1"


@pytest.mark.django_db
def test_the_zip_goes_after_a_week(ben, as_):
    from accounts.archive import finish_export

    export = DataExport.objects.create(user=ben)
    finish_export(export.pk)
    export.refresh_from_db()
    storage, name = export.file.storage, export.file.name
    assert storage.exists(name)
    DataExport.objects.update(ready_at=timezone.now() - timedelta(days=8))
    assert confirmed(as_(ben)).get(reverse("my_data_file", args=[export.pk])).status_code == 404
    forget_exports()
    assert not storage.exists(name) and not DataExport.objects.exists()
    assert inspect.isfunction(make_export.func)


# --- Konto löschen ---

pytestmark = pytest.mark.django_db
URL = "/konto/loeschen/"


def test_the_page_says_what_goes_what_stays_and_why(ben, acme, as_):
    make.OrderFactory(company=acme, ordered_by=ben)
    client = as_(ben)
    assert "reauthenticate" in client.get(URL)["Location"], "the password is asked again"
    page = confirmed(client).get(URL).content.decode()
    assert "Bestellungen, die Sie aufgegeben haben" in page and "§ 147 AO" in page
    assert "Sitzungen" in page and "Löschung beantragen" in page


def test_the_only_licence_holder_hands_over_first(olga, deniz, as_):
    """Edge 23."""
    client = confirmed(as_(olga))
    page = client.get(URL).content.decode()
    assert "Übergeben Sie die Rolle zuerst" in page and "/kunde/12345/zugaenge/" in page
    assert "Löschung beantragen" not in page
    client.post(URL)
    assert not DeletionRequest.objects.exists()
    deniz.at["12345"].is_holder = True
    deniz.at["12345"].save()
    client.post(URL)
    assert DeletionRequest.objects.get().user == olga


def test_without_a_company_the_account_goes_at_once(db, as_):
    person = make.UserFactory(email="frei@x.example")
    make.ConsentFactory(user=person, confirmed_at=timezone.now())
    client = confirmed(as_(person))
    assert URL in client.get("/").content.decode(), "the way there, without a tile"
    assert "endgültig löschen" in client.get(URL).content.decode()
    assert "Ihr Konto wurde gelöscht" in client.post(URL).content.decode()
    assert not User.objects.filter(pk=person.pk).exists()
    assert client.get("/konto/sitzungen/").status_code == 302
    request = DeletionRequest.objects.get()
    assert request.state == "done" and request.user is None
    assert [message.to for message in mail.outbox] == [["frei@x.example"]]
    from accounts.models import NewsletterConsent

    proof = NewsletterConsent.objects.get()
    assert proof.end == "erased" and proof.confirmed_at and proof.user is None


def test_staff_carry_it_out_and_records_stay(ben, olga, acme, admin, as_):
    """Edges 34, 44 and 89: orders keep the name, the account names nobody."""
    order = make.OrderFactory(company=acme, ordered_by=ben, orderer_name="Ben Bauer")
    ben.phone = "0170 1"
    ben.save()
    client = confirmed(as_(ben))
    client.post(URL)
    ben.refresh_from_db()
    assert ben.phone == "", "personal extras go at once"
    assert "liegt uns vor" in client.get(URL).content.decode() and client.get("/kunde/12345/").status_code == 200
    vendor = next(message for message in mail.outbox if message.to == ["info@domus-software.de"])
    request = DeletionRequest.objects.get()
    assert f"/admin/accounts/deletionrequest/{request.pk}/" in vendor.body
    mail.outbox.clear()
    page = reverse("admin:accounts_deletionrequest_decide", args=[request.pk])
    staff = as_(admin)
    assert "Bestellungen, die Sie aufgegeben haben" in staff.get(page).content.decode()
    staff.post(page, {"accept": "1"})
    ben.refresh_from_db()
    order.refresh_from_db()
    assert (ben.email, ben.first_name, ben.is_active) == (None, "", False) and not ben.memberships.exists()
    assert order.orderer_name == "Ben Bauer" and order.ordered_by == ben
    assert client.get("/kunde/12345/").status_code == 302
    request.refresh_from_db()
    assert request.state == "done" and request.report["kept"]
    assert ["ben@12345.example"] in [message.to for message in mail.outbox]
    lines = acme.access_events.filter(person=ben, kind="removed")
    assert lines.get().actor_kind == "staff", "the log says who"


def test_a_no_has_a_reason_and_a_request_can_be_withdrawn(ben, admin, as_):
    client = confirmed(as_(ben))
    client.post(URL)
    request = DeletionRequest.objects.get()
    page = reverse("admin:accounts_deletionrequest_decide", args=[request.pk])
    assert "Bitte geben Sie den Grund an" in as_(admin).post(page, {"decline": "1"}).content.decode()
    as_(admin).post(page, {"decline": "1", "reason": "Es läuft noch ein Streit."})
    assert "Es läuft noch ein Streit." in mail.outbox[-1].body
    client.post(URL)
    client.post("/konto/loeschen/zuruecknehmen/")
    assert sorted(DeletionRequest.objects.values_list("state", flat=True)) == ["declined", "withdrawn"]


def test_who_became_the_only_holder_meanwhile_is_not_deleted(ben, olga, admin):
    request = ask_for_deletion(ben)
    ben.at["12345"].is_holder = True
    ben.at["12345"].save()
    olga.at["12345"].__class__.objects.filter(pk=ben.at["12345"].pk).update(is_main_holder=False)
    olga.at["12345"].is_main_holder = False
    olga.at["12345"].is_holder = False
    olga.at["12345"].save()
    with pytest.raises(Refused):
        carry_out(request, by=admin)
    assert User.objects.filter(pk=ben.pk, is_active=True).exists()


def test_staff_do_not_delete_themselves_here(admin, as_):
    client = confirmed(as_(admin))
    assert "Administration" in client.post(URL, follow=True).content.decode()
    assert User.objects.filter(pk=admin.pk).exists()
