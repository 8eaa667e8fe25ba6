"""Every mail that the portal sends, written by its own functions about one small company, always on the same days."""

import datetime as dt
import re
from decimal import Decimal
from types import SimpleNamespace

from django.conf import settings
from django.core import mail
from django.utils import timezone, translation

from access import mails as access
from access.acting import Actor
from access.models import AccessRequest, AccessReview, Invitation, TakeOver
from access.rights import Right
from access.store import set_rights
from access.switches import Change
from accounts import mails as accounts
from accounts.adapter import AccountAdapter
from accounts.models import NewsletterConsent
from contracts import mails as contracts
from contracts.models import Acceptance, Objection
from downloads import mails as downloads
from orders import mails as orders
from orders.models import Order, OrderLine
from portal import mails as portal
from portal.erp_runs import mails as erp_runs
from portal.erp_runs.models import ErpRun
from shop import mails as shop
from shop.models import Article, Booking
from support import mails as support

from .. import factories as make

DAY = dt.date(2026, 12, 31)
ZONE = timezone.get_default_timezone()
NOON = dt.datetime(2026, 12, 1, 12, 30, tzinfo=ZONE)
# allauth's, with what it gives them.
LOGIN = sorted(
    str(path.relative_to(settings.BASE_DIR / "templates")).removesuffix("_subject.txt")
    for path in (settings.BASE_DIR / "templates").glob("*/email/*_subject.txt")
)


class Cast:
    """Petra (holder), Ben (shop, with a limit) and what is written about them."""

    def __init__(self, company, holder, member):
        self.company, self.petra, self.ben = company, holder, member
        self._people()
        self.row = self.ben.at[company.number]
        self.by = Actor.member(self.petra.at[company.number])
        self.vendor = SimpleNamespace(kind="staff", user=None)
        self.release = make.ReleaseFactory(version="26.2.0", released_on=DAY, notes="- Schneller\n- Sicherer")
        self.date = make.TrainingDateFactory(
            article__name="Schulung Nebenkosten", place="Ottobrunn", cancel_until=dt.date(2026, 12, 7),
            starts_at=dt.datetime(2026, 12, 14, 9, tzinfo=ZONE), ends_at=dt.datetime(2026, 12, 14, 16, tzinfo=ZONE),
        )  # fmt: skip
        self.order = self.order_of()

    def _people(self):
        for person, salutation, first, last in (
            (self.petra, "ms", "Petra", "Sonntag"),
            (self.ben, "mr", "Ben", "Bauer"),
        ):
            person.salutation, person.first_name, person.last_name = salutation, first, last
            person.save()
        row = self.ben.at[self.company.number]
        row.ends_on, row.order_limit = DAY, Decimal(500)
        set_rights(row, [Right.SHOP, Right.DOWNLOADS])
        row.save()

    def order_of(self, state=Order.State.RECEIVED, **more):
        number = f"TSA-{10001 + Order.objects.count()}"
        order = make.OrderFactory(
            company=self.company, ordered_by=self.ben, number=number, state=state, reference="WEG Lindenallee",
            net=Decimal("1074.00"), vat=Decimal("204.06"), placed_at=NOON, **more,
        )  # fmt: skip
        make.OrderLineFactory(order=order, position=1, kind=Article.Kind.SOFTWARE)
        make.OrderLineFactory(
            order=order, position=2, article_number="TSA-S2", name="Einrichtung", unit="Stunde", quantity=3,
            unit_price=Decimal("125.00"), net=Decimal("375.00"), kind=Article.Kind.SERVICE,
        )  # fmt: skip
        make.OrderLineFactory(
            order=order, position=3, article_number="TSA-S1", name="Schulung Nebenkosten", unit="Platz", quantity=1,
            unit_price=Decimal("200.00"), net=Decimal("200.00"), kind=Article.Kind.TRAINING, training_date=self.date,
            details="14.12.2026 09:00, Ottobrunn\nAnna Arndt",
        )  # fmt: skip
        return order

    def partly(self, state):
        order = self.order_of(state, valid_net=Decimal("699.00"), valid_vat=Decimal("132.81"))
        order.lines.filter(position=2).update(state=OrderLine.State.DECLINED, reason="Kein Termin frei.")
        return order

    def request(self, **more):
        self.row.requests.all().delete()
        return AccessRequest.objects.create(membership=self.row, right="use_contracts", **more)


def _account(prefix):
    def send(cast):
        link = f"{settings.PORTAL_URL}/anmeldung/link/"
        context = {
            "user": cast.petra, "activate_url": link, "password_reset_url": link, "undo_url": link,
            "from_email": "alt@firma.example", "to_email": "neu@firma.example", "deleted_email": "alt@firma.example",
            "ip": "192.0.2.1", "timestamp": NOON,
        }  # fmt: skip
        AccountAdapter().render_mail(prefix, cast.petra.email, context).send()

    return send


def _takeover(state):
    def send(cast):
        takeover = TakeOver(
            company=cast.company, membership=cast.row, name="Ben Bauer", reason="Petra Sonntag ist im Ruhestand.",
            started_by_name="Ben Bauer", answered_by_name="Petra Sonntag", word="Ich bin noch da.", objection_until=DAY,
        )  # fmt: skip
        access.mail_takeover(takeover, state)

    return send


def _name_change(cast, **more):
    return make.NameChangeFactory.build(
        pk=1, company=cast.company, asked_by=cast.petra, asked_by_name="Petra Sonntag", effective_on=DAY, **more
    )


def _objection(cast, **more):
    change = make.ChangeFactory(processor__since=DAY, objection_until=dt.date(2026, 12, 20))
    return Objection.objects.create(
        change=change, company=cast.company, user=cast.petra, name="Petra Sonntag", text="Der Sitz ist\nunklar.", **more
    )


def _upload(cast):
    return SimpleNamespace(
        file_name="setup.zip", release=cast.release, release_id=cast.release.pk, problem="Eicar", started_by=cast.petra
    )


def _agreement(cast):
    acceptance = Acceptance(
        terms=make.TermsFactory.build(title="Vereinbarung zur Auftragsverarbeitung, Fassung 3"), company=cast.company,
        user=cast.petra, signer_name="Petra Sonntag", signer_function="Geschäftsführerin",
        company_name=cast.company.name, accepted_at=NOON, document=make.DocumentFactory.build(number="AVV-12345"),
    )  # fmt: skip
    contracts.mail_agreement(acceptance, make.PDF)


def _recalled(cast, *numbers):
    said = {"company": cast.company, "title": "Rechnung", "recall": "wrong", "recall_reason": "Falscher Betrag."}
    return [make.DocumentFactory.build(number=number, kind="RE", **said) for number in numbers]


def _pass(cast):
    return make.PassFactory.build(
        company=cast.company, release=cast.release, given_by=cast.petra, expires_at=NOON + dt.timedelta(days=3)
    )


def _deletion(**more):
    return lambda cast: SimpleNamespace(user=cast.ben, pk=1, due=DAY, **more)


def _consent(cast):
    NewsletterConsent.objects.all().delete()
    return make.ConsentFactory(user=cast.ben)


def _weekly(cast):
    AccessRequest.objects.get_or_create(membership=cast.row, right=Right.CONTRACTS, answered_at=None)
    portal.mail_waiting(cast.petra.at[cast.company.number])


def _booking(cast):
    return Booking(
        date=cast.date, company=cast.company, participant="Anna Arndt", booked_by=cast.ben, order_number="TSA-10001"
    )


A, C = access, accounts
# What is sent, by a name that says when.
SENDERS = {
    "access invitation": lambda c: A.mail_invitation(
        Invitation(membership=c.row, expires_at=NOON), c.by, "einmal-und-lang"
    ),
    "access invitation by the vendor": lambda c: A.mail_invitation(
        Invitation(membership=c.petra.at[c.company.number], expires_at=NOON), c.vendor, "einmal-und-lang"
    ),
    "access accepted": lambda c: A.mail_accepted(c.row, c.petra),
    "access switched": lambda c: A.mail_switched(
        Change(c.row, frozenset({"use_downloads"}), frozenset({"use_contracts"})), c.by
    ),
    "access deputy": lambda c: A.mail_switched(Change(c.row, frozenset({Right.ACCESS}), frozenset()), c.vendor),
    "access removed": lambda c: A.mail_removed(c.row, c.by),
    "access suspended": lambda c: A.mail_suspended(c.row, c.by),
    "access resumed": lambda c: A.mail_resumed(c.row, c.by),
    "access terms": lambda c: A.mail_terms(c.row, c.by),
    "access expired": lambda c: A.mail_expired(c.row),
    "access right over": lambda c: A.mail_right_over(c.row, {"use_contracts"}),
    "access reminder": lambda c: A.mail_reminder(c.row),
    "access holder named": lambda c: A.mail_holder_named(c.row, c.vendor),
    "access holder ended": lambda c: A.mail_holder_ended(c.row, c.vendor),
    "access request": lambda c: A.mail_request(c.request()),
    "access answer yes": lambda c: A.mail_answer(c.request(is_granted=True), c.by, DAY),
    "access answer no": lambda c: A.mail_answer(c.request(is_granted=False, word="Später gern."), c.by, None),
    "access escalated": lambda c: A.mail_escalated(c.request()),
    **{f"access takeover {state}": _takeover(state) for state in A.TAKEOVER_SUBJECTS},
    "access review": lambda c: A.mail_review(AccessReview(company=c.company)),
    "accounts second factor needed": lambda c: C.mail_second_factor_needed(c.ben, c.company, c.petra),
    "accounts password link": lambda c: C.mail_password_link(c.ben),
    "accounts address set": lambda c: C.mail_address_set_by_staff(c.ben, "alt@firma.example"),
    **{f"accounts by staff {what}": lambda c, what=what: C.mail_by_staff(c.ben, what) for what in C.BY_STAFF},
    "accounts company closed": lambda c: C.mail_company_closed(c.ben, c.company, True),
    "accounts company opened": lambda c: C.mail_company_closed(c.ben, c.company, False),
    "accounts address undone": lambda c: C.mail_address_undone(c.ben, "neu@firma.example"),
    "accounts newsletter link": lambda c: C.mail_newsletter_link(_consent(c)),
    "accounts newsletter begun": lambda c: C.mail_newsletter_begun(_consent(c)),
    "accounts name change sent": lambda c: C.mail_name_change_sent(_name_change(c)),
    "accounts name change accepted": lambda c: C.mail_name_change_decided(_name_change(c, state="accepted")),
    "accounts name change declined": lambda c: C.mail_name_change_decided(
        _name_change(c, state="declined", reason="Der Auszug ist von 2019.")
    ),
    "accounts name change applied": lambda c: C.mail_name_change_applied(_name_change(c, state="accepted")),
    "accounts export ready": lambda c: C.mail_export_ready(SimpleNamespace(user=c.ben, until=DAY)),
    "accounts deletion asked": lambda c: C.mail_deletion_asked(_deletion()(c)),
    "accounts deletion declined": lambda c: C.mail_deletion_declined(_deletion(reason="Eine Rechnung ist offen.")(c)),
    "accounts deleted": lambda c: C.mail_deleted(
        c.ben, SimpleNamespace(report=SimpleNamespace(kept={"Bestellungen": 2, "Protokoll der Zugänge": 5}))
    ),
    "contracts agreement": _agreement,
    "contracts recalled": lambda c: contracts.mail_recalled(_recalled(c, "RE-7"), c.petra),
    "contracts recalled several": lambda c: contracts.mail_recalled(_recalled(c, "RE-7", "RE-8"), c.petra),
    "contracts published": lambda c: contracts.mail_published(c.company, _recalled(c, "RE-7")),
    "contracts published several": lambda c: contracts.mail_published(c.company, _recalled(c, "RE-7", "RE-8")),
    "contracts change": lambda c: contracts.mail_change(_objection(c).change, c.company),
    "contracts objection": lambda c: contracts.mail_objection(_objection(c)),
    "contracts objection accepted": lambda c: contracts.mail_objection_answered(_objection(c, state="accepted")),
    "contracts objection declined": lambda c: contracts.mail_objection_answered(
        _objection(c, state="declined", reason="Sitz ist Augsburg.\nSie können kündigen.")
    ),
    "downloads new release": lambda c: downloads.mail_new_release(c.release, c.company, c.ben),
    "downloads recalled": lambda c: downloads.mail_recalled(c.release, c.ben, [c.company], [c.company]),
    "downloads pass": lambda c: downloads.mail_pass(_pass(c), "einmal-und-lang"),
    "downloads pass code": lambda c: downloads.mail_pass_code(_pass(c), "123456"),
    "downloads quarantined": lambda c: downloads.mail_quarantined(_upload(c)),
    "orders receipt": lambda c: orders.mail_receipt(c.order),
    "orders receipt approved": lambda c: orders.mail_receipt(
        c.order, approved_by="Petra Sonntag", word="Passt, danke!"
    ),
    "orders waiting": lambda c: orders.mail_waiting(c.order),
    "orders approval": lambda c: orders.mail_approvers(c.order, c.row),
    "orders confirmation": lambda c: orders.mail_confirmation(c.order_of("accepted"), make.PDF),
    "orders confirmation in part": lambda c: orders.mail_confirmation(c.partly("partly"), make.PDF),
    "orders offer": lambda c: orders.mail_offer(c.partly("offered")),
    "orders offer again": lambda c: orders.mail_offer(c.partly("offered"), again=True),
    "orders cancelled": lambda c: orders.mail_state(c.order_of("cancelled"), "Doppelt bestellt."),
    "orders rejected": lambda c: orders.mail_state(c.order_of("cancelled"), "Kein Budget.", inside=True, by=c.petra),
    "orders fulfilled": lambda c: orders.mail_state(c.order_of("fulfilled"), ""),
    "portal waiting": _weekly,
    "portal erp alarm": lambda c: erp_runs.mail_alarm(ErpRun(pk=1, began_at=NOON, problem="kunden.csv fehlt")),
    "shop released": lambda c: shop.mail_released(_booking(c), c.ben),
    "support enquiry": lambda c: support.mail_enquiry(
        SimpleNamespace(company=c.company, user=c.ben, about="HOMECASE", message="Was kostet es?\nUnd ab wann?")
    ),
    **{f"login {prefix.rsplit('/')[-1]}": _account(prefix) for prefix in LOGIN},
}


def sent(name, cast, language="de"):
    """The mails of one occasion, each once whoever they go to."""
    for person in (cast.petra, cast.ben):
        person.language = language
    type(cast.petra).objects.filter(pk__in=[cast.petra.pk, cast.ben.pk]).update(language=language)
    before = len(mail.outbox)
    with translation.override(language):
        SENDERS[name](cast)
    return mail.outbox[before:]


def told(message):
    """What a mail says, as a text to compare: what differs from run to run in its addresses is "…"."""
    address = re.compile(rf"(?<={re.escape(settings.PORTAL_URL)})\S+")
    part = lambda found: found[0] if found[0] == "12345" or not re.search(r"[\d:]", found[0]) else "…"
    body = address.sub(lambda found: re.sub(r"[^/?=&#]+", part, found[0]), message.body)
    return f"{message.to[0]}\n{message.subject}\n\n{body}"
