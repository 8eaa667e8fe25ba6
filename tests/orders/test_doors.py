"""Every pair of doors on one order, in both orders of arrival: what comes second finds the order as it is by then."""

import json
import uuid

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from orders.models import CONCLUDED, ErpToken, Grant, Order, Webhook, WebhookCall
from orders.states import STEPS, accept
from orders.tasks import make_missing_confirmations, remind_of_offers
from portal.erp import import_export
from shop.models import Article

from .. import factories as make
from ..jobs import run_jobs

pytestmark = pytest.mark.django_db
Kind = Article.Kind
SENT = ["received", "offered", "accepted", "partly", "fulfilled"]
CANCELS = dict.fromkeys(SENT, "cancelled")
# Door and act -> from which state it leads where. Anything else leaves the order alone, whatever page was open before.
LEADS = {
    "page: cancel": {"waiting": "cancelled", "received": "cancelled"},
    "page: agree": {"offered": "fulfilled"},
    "page: withdraw": {"offered": "cancelled"},
    "mail: approve": {"waiting": "received"},
    "second tab: reject": {"waiting": "cancelled"},
    "admin: accept": {"received": "accepted"},
    "admin: decline": {"received": "offered"},
    "admin: agree": {"offered": "fulfilled"},
    "admin: done": {"accepted": "fulfilled"},
    "admin: take back": {"accepted": "fulfilled", "fulfilled": "fulfilled"},
    "admin: cancel": {"waiting": "cancelled", **CANCELS},
    "import: B": {"received": "accepted"},
    "import: F": {"accepted": "fulfilled"},
    "import: S": CANCELS,
    "interface: accepted": {"received": "accepted"},
    "interface: declined": {"received": "offered"},
    "interface: fulfilled": {"accepted": "fulfilled"},
    "interface: cancelled": CANCELS,
    "worker": {},
}


class Doors:
    """Everybody who may come to one order, with the pages they opened before anything happened."""

    def __init__(self, world, order):
        self.world, self.order = world, order
        self.one, self.two = order.lines.all()

    def go(self, act):
        """Through one door, by one who does not know what has happened since."""
        door, _colon, what = act.partition(": ")
        getattr(self, door.replace(" ", "_"))(what)

    def post(self, person, name, **data):
        return self.world.as_(person).post(reverse(name, args=["12345", self.order.pk]), data)

    def page(self, what):
        if what == "cancel":
            self.post(self.world.ben, "order_cancel")
        else:
            self.post(self.world.ben, "order_answer", decision=what)

    def mail(self, what):
        self.post(self.world.olga, "order_decide", decision=what)

    def second_tab(self, what):
        self.post(self.world.deniz, "order_decide", decision=what)

    def admin(self, what):
        one, two = f"{self.one.pk}-act", f"{self.two.pk}-act"
        data = {
            "accept": {one: "accept", two: "accept"},
            "decline": {one: "accept", two: "decline", f"{self.two.pk}-reason": "Kein Termin"},
            "agree": {"agree": "1", "reason": "Am Telefon"},
            "done": {two: "done"},
            "take back": {two: "take_back", f"{self.two.pk}-reason": "Irrtum"},
            "cancel": {"cancel": "1", "reason": "Irrtum"},
        }[what]
        url = reverse("admin:orders_order_decide", args=[self.order.pk])
        assert self.world.as_(self.world.admin).post(url, data).status_code in {200, 302}

    def __getattr__(self, door):
        # "import" is no name for a function.
        return {"import": self.bring_in}[door]

    def bring_in(self, letter):
        head = "AuftragsNr;KdNr;Datum;Status;BestellerEMail;Bestellzeichen"
        file = self.world.folder / "auftraege.csv"
        file.write_text(f"{head}\n{self.order.number};12345;10.11.2026;{letter};;\n")
        (result,) = import_export(self.world.folder)
        assert result.error == ""

    def interface(self, what):
        wish = {"state": "accepted" if what == "declined" else what, "reason": "Vom ERP"}
        if what == "declined":
            wish["declined"] = [{"position": 2, "reason": "Kein Termin"}]
        self.world.calls += 1
        headers = {"Authorization": f"Bearer {self.world.key}", "Idempotency-Key": f"call-{self.world.calls:04}"}
        url = f"/erp/v1/orders/{self.order.number}/state"
        answer = Client().post(url, json.dumps(wish), content_type="application/json", headers=headers)
        assert answer.status_code in {200, 404, 409}

    def worker(self, _what=""):
        run_jobs("make_confirmation")
        make_missing_confirmations.func(timestamp=0)
        remind_of_offers.func(timestamp=0)


@pytest.fixture
def world(acme, olga, deniz, ben, admin, as_, tmp_path):
    class World:
        calls = 0

    clients = {}
    World.olga, World.deniz, World.ben, World.admin = olga, deniz, ben, admin
    World.as_ = staticmethod(lambda person: clients.setdefault(person.pk, as_(person)))
    World.folder = tmp_path / "export"
    World.folder.mkdir()
    World.key = ErpToken.issue("ERP", list(ErpToken.Scope))[1]
    Webhook.objects.create(url="https://erp.example/")
    World.article = make.ArticleFactory(kind=Kind.SOFTWARE, grants=make.ProductFactory(number="8000", name="CRM"))
    return World


def placed(world, acme, start, number):
    """Ben's order of software and a service, as it came into its state."""
    first = "waiting" if start == "waiting" else "received"
    order = make.OrderFactory(company=acme, ordered_by=world.ben, number=number, state=first, form_key=uuid.uuid4())
    make.OrderLineFactory(order=order, position=1, article=world.article, kind=Kind.SOFTWARE)
    make.OrderLineFactory(order=order, position=2, kind=Kind.SERVICE)
    order.note_event(first, by=world.ben)
    if start in ("accepted", "offered"):
        accept(order, by=None, declined={} if start == "accepted" else {order.lines.last().pk: "Kein Termin"})
    return order


def check(acme, order, end, acts, *, confirmed):
    """State, lines, licences, history, calls, papers and mails all say the same.

    confirmed: the worker came while the contract stood.
    """
    order.refresh_from_db()
    assert order.state == end, acts
    stands = order.state in CONCLUDED
    is_given = order.lines.get(position=1).state == "done" and stands
    assert acme.licences.filter(number=f"L-{order.number}-1").exists() == is_given, acts
    assert Grant.objects.filter(line__order=order, taken_back_at=None).exists() == is_given, acts
    path = list(order.events.order_by("pk").values_list("state", flat=True))
    assert all(then in STEPS[was] for was, then in zip(path, path[1:], strict=False)), (acts, path)
    told = [call.event["state"] for call in WebhookCall.objects.order_by("pk") if call.event["number"] == order.number]
    left = path[1:] if path[:2] != ["waiting", "cancelled"] else []
    assert told == left, acts
    is_filed = acme.documents.filter(number=f"AB-{order.number}").exists()
    assert is_filed == confirmed, acts
    to_ben = [message.subject for message in mail.outbox if message.to == ["ben@12345.example"]]
    if end == "cancelled":
        # A colleague's no is called what it is, and only that.
        first = next((act for act in acts if act != "worker"), "")
        word = "Nicht freigegeben" if first == "second tab: reject" else "storniert"
        assert word in to_ben[-1], (acts, to_ben)


def can(*states):
    """The acts that lead somewhere from one of these states; the worker comes always."""
    return [act for act, leads in LEADS.items() if set(states) & set(leads)] + ["worker"]


PAIRS = [(start, first) for start in ("waiting", "received", "offered", "accepted") for first in can(start)]


@pytest.mark.parametrize("start, first", PAIRS)
def test_both_orders_of_arrival(acme, world, start, first):
    """Second comes whoever had a page from before, and whoever acts on what the first has made of it."""
    between = LEADS[first].get(start, start)
    for number, second in enumerate(can(start, between)):
        mail.outbox.clear()
        with connection.cursor() as cursor:
            cursor.execute("delete from procrastinate_jobs")
        order = placed(world, acme, start, f"TSA-{number}")
        doors = Doors(world, order)
        for act in (first, second):
            doors.go(act)
        end = LEADS[second].get(between, between)
        if end not in CONCLUDED:
            # A confirmation that was on its way finds nothing to confirm.
            doors.worker()
        came = [state for act, state in ((first, start), (second, between)) if act == "worker"]
        check(acme, order, end, (first, second), confirmed=bool(CONCLUDED.intersection(came)))


def test_every_door_is_looked_at_here():
    """A new verb of the machine wants its doors in the table."""
    import orders.states as machine

    verbs = {name for name, one in vars(machine).items() if getattr(one, "__module__", "") == machine.__name__}
    assert {name for name in verbs if name[0].islower() and not name.startswith("_")} == {
        "accept", "agree", "approve", "cancel", "cancel_line", "fulfil", "line_acts", "line_done", "reject", "settle",
        "withdraw",
    }  # fmt: skip
    assert {end for ends in LEADS.values() for end in ends.values()} <= set(Order.State.values)
