"""The mail archive: who was mailed what about what, without what it opened; sent again, forgotten, found."""

import datetime as dt
import email
import re

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.acting import Actor
from access.inviting import invite
from access.models import Invitation
from access.rights import Right
from accounts.mails import mail_newsletter_begun, mail_newsletter_link, mail_password_link
from accounts.models import NewsletterConsent
from orders.mails import mail_receipt
from portal.lib.letters import written
from portal.lib.masking import DOTS, masked
from portal.models import MailHandover
from portal.staff.mails import url_of_mails
from portal.tasks import forget_mail

from .. import factories as make
from ..jobs import run_jobs
from .test_foreign_text import SOURCES, some, templates

pytestmark = pytest.mark.django_db
TOKEN, CODE = "c7-geheim_Zq8wXk2LmP0", "GEHEIM4711"
# Every address with a key in it; "…" stands for the key.
KEYED = {
    "invitation_accept": [TOKEN],
    "email_undo": [TOKEN],
    "newsletter_confirm": [TOKEN],
    "newsletter_stop": [TOKEN],
    "pass_open": [TOKEN],
    "account_confirm_email": [TOKEN],
    "account_reset_password_from_key": ["1a", TOKEN],
}


@pytest.fixture
def queued(settings):
    settings.EMAIL_BACKEND = "portal.lib.mail.QueueBackend"
    return MailHandover.objects


def test_the_table_above_names_every_address_with_a_key():
    """A new address whose key is no number has to be masked too, and to stand above."""
    from ..walk.test_access_table import OUTSIDE

    keyed = {name for name in OUTSIDE if name in KEYED}
    assert keyed >= {"invitation_accept", "pass_open", "email_undo", "newsletter_confirm", "newsletter_stop"}


@pytest.mark.parametrize("name", sorted(templates()))
def test_no_template_leaves_a_key_or_a_code_in_the_archive(name):
    names = set(re.findall(r"[a-z_]+", SOURCES)) - {"brand"}
    links = [name for name in names if name == "url" or name.endswith("_url")]
    for route, arguments in KEYED.items():
        url = settings.PORTAL_URL + reverse(route, args=arguments)
        told = {word: some(word, "Erika") for word in names} | dict.fromkeys(links, url)
        told |= dict.fromkeys(["code", "key", "token"], CODE)
        message = written(name, "Betreff", told)
        story = message.story
        assert TOKEN not in story.text + story.subject and CODE not in story.text + story.subject
        if TOKEN in message.body or CODE in message.body:
            assert story.is_secret and DOTS in story.text


def test_a_link_without_a_key_stays_readable(acme):
    url = settings.PORTAL_URL + reverse("people_list", args=[acme.number]) + "?person=12#switch-12-use_shop"
    assert masked(f"Hier: {url}") == f"Hier: {url}"
    unknown = f"{settings.PORTAL_URL}/gibt/es/nicht/{TOKEN}/"
    assert (
        TOKEN not in masked(unknown) and masked("https://www.domus-software.de/x") == "https://www.domus-software.de/x"
    )


def test_what_the_portal_really_sends_leaves_no_key(queued, acme, olga, ben):
    """The mails with keys, by the verbs that send them: what stands in the mail does not stand in the archive."""
    invite(Actor.member(olga.at[acme.number]), {**WHO, "email": "neu@firma.example"}, [Right.SHOP])
    mail_password_link(ben)
    Client().post(reverse("account_reset_password"), {"email": ben.email})
    run_jobs("mail_reset_link")
    consent = NewsletterConsent.objects.create(user=ben, email=ben.email, wording="…", wording_version="1")
    mail_newsletter_link(consent)
    mail_newsletter_begun(consent)
    rows = list(queued.all())
    assert len(rows) == 5 and all(row.is_secret for row in rows), [(row.kind, row.text) for row in rows]
    for row in rows:
        sent = email.message_from_bytes(bytes(row.raw))
        (plain,) = [part for part in sent.walk() if part.get_content_type() == "text/plain"]
        body = plain.get_payload(decode=True).decode()
        for link in re.findall(rf"{settings.PORTAL_URL}/\S+|http://testserver/\S+", body):
            key = max(link.split("/"), key=len)
            assert len(key) < 20 or key not in row.text
        assert DOTS in row.text


WHO = {"salutation": "", "first_name": "Nora", "last_name": "Neu"}


def test_a_mail_says_to_whom_and_about_what(queued, acme, olga, ben):
    invited = invite(Actor.member(olga.at[acme.number]), {**WHO, "email": "neu@firma.example"}, [Right.SHOP])
    order = make.OrderFactory(company=acme, ordered_by=ben)
    mail_receipt(order)
    invitation, receipt = queued.get(topic="invitation"), queued.filter(topic="order").first()
    assert (invitation.user, invitation.company) == (invited.user, acme)
    assert invitation.subject and "Guten Tag" in invitation.text
    assert (receipt.company, receipt.about_table, receipt.about_key) == (acme, "orders.order", str(order.pk))
    assert order.number in receipt.subject and receipt.message_id and not receipt.is_secret


def test_staff_find_and_read_it(queued, acme, ben, admin, as_):
    order = make.OrderFactory(company=acme, ordered_by=ben)
    mail_receipt(order)
    row = queued.filter(topic="order").first()
    client = as_(admin)
    for asked in ({"q": order.number}, {"q": row.address}, {"topic": "order"}, {"state": "waiting"}):
        assert row.subject in client.get(reverse("admin:portal_mailhandover_changelist"), asked).content.decode()
    assert (
        row.subject
        not in client.get(reverse("admin:portal_mailhandover_changelist"), {"topic": "login"}).content.decode()
    )
    assert row.subject in client.get(url_of_mails(company=acme)).content.decode()
    other = make.CompanyFactory()
    assert row.subject not in client.get(url_of_mails(company=other)).content.decode()
    page = client.get(reverse("admin:portal_mailhandover_change", args=[row.pk])).content.decode()
    assert row.text.splitlines()[0] in page
    assert reverse("admin:orders_order_change", args=[order.pk]) in page
    assert reverse("admin:accounts_company_change", args=[acme.pk]) in page


def handed_over(queued):
    """As the worker leaves them."""
    for row in queued.all():
        row.finish()


def test_sent_again_it_is_a_mail_of_its_own_with_its_files_and_once(queued, acme, ben, admin, as_):
    from orders.mails import mail_confirmation

    order = make.OrderFactory(company=acme, ordered_by=ben)
    mail_confirmation(order, b"%PDF-1.7 paper")
    queued.exclude(address=ben.email).delete()
    handed_over(queued)
    (first,) = queued.all()
    client, url = as_(admin), reverse("admin:portal_mailhandover_again", args=[first.pk])
    client.post(url)
    client.post(url)
    second = queued.exclude(pk=first.pk).get()
    assert (second.again_of, second.sent_by, second.recipients) == (first, str(admin), first.recipients)
    assert second.message_id and second.message_id != first.message_id and second.subject == first.subject
    sent = email.message_from_bytes(bytes(second.raw))
    (paper,) = [part for part in sent.walk() if part.get_content_type() == "application/pdf"]
    assert paper.get_payload(decode=True) == b"%PDF-1.7 paper"
    assert LogEntry.objects.filter(object_id=str(first.pk)).count() == 1


def test_a_mail_with_a_link_is_never_sent_again_but_a_new_link_is(queued, acme, olga, admin, as_):
    invited = invite(Actor.member(olga.at[acme.number]), {**WHO, "email": "neu@firma.example"}, [Right.SHOP])
    handed_over(queued)
    Invitation.objects.update(sent_at=timezone.now() - dt.timedelta(hours=1))
    (first,) = queued.all()
    assert first.raw is None
    client = as_(admin)
    page = client.get(reverse("admin:portal_mailhandover_change", args=[first.pk])).content.decode()
    assert reverse("admin:portal_mailhandover_again", args=[first.pk]) not in page
    client.post(reverse("admin:portal_mailhandover_again", args=[first.pk]))
    assert queued.count() == 1
    client.post(reverse("admin:portal_mailhandover_link", args=[first.pk]))
    assert queued.count() == 2 and invited.invitations.count() == 2
    assert LogEntry.objects.filter(object_id=str(first.pk)).count() == 1


def test_who_may_only_look_sends_nothing(queued, acme, ben, as_):
    from django.contrib.auth.models import Permission

    looker = make.UserFactory(is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_mailhandover"))
    order = make.OrderFactory(company=acme, ordered_by=ben)
    mail_receipt(order)
    row = queued.first()
    client = as_(looker)
    assert client.get(reverse("admin:portal_mailhandover_change", args=[row.pk])).status_code == 200
    for name in ("again", "link"):
        assert client.post(reverse(f"admin:portal_mailhandover_{name}", args=[row.pk])).status_code == 404


def test_it_is_forgotten_after_its_time(queued, acme, ben, settings):
    settings.MAIL_ARCHIVE_DAYS = 90
    for _time in range(3):
        mail_receipt(make.OrderFactory(company=acme, ordered_by=ben))
    handed_over(queued)
    young, old, undecided = queued.filter(address=ben.email)
    long_ago = timezone.now() - dt.timedelta(days=91)
    queued.filter(pk=old.pk).update(made_at=long_ago)
    queued.filter(pk=undecided.pk).update(made_at=long_ago, state="refused")
    forget_mail.func(0)
    assert not queued.filter(pk=old.pk).exists() and queued.get(pk=young.pk).text
    kept = queued.get(pk=undecided.pk)
    assert (kept.text, kept.subject, kept.raw, kept.user) == ("", "", None, None), (
        "staff still see that one was refused"
    )


def test_a_list_reads_no_texts(queued, acme, ben, admin, as_, django_assert_max_num_queries):
    for _time in range(20):
        mail_receipt(make.OrderFactory(company=acme, ordered_by=ben))
    client = as_(admin)
    with django_assert_max_num_queries(12) as caught:
        client.get(reverse("admin:portal_mailhandover_changelist"))
    rows = [query["sql"] for query in caught.captured_queries if 'from "portal_mailhandover"' in query["sql"].lower()]
    assert rows and not any('"raw"' in sql or '"portal_mailhandover"."text"' in sql for sql in rows)
