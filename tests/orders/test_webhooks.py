"""Webhooks: signed, in order, to where they may go, in time, and with a trace that staff can read and send again."""

import contextlib
import json
import socket
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from orders.models import Webhook, WebhookCall
from orders.states import accept, cancel
from orders.tasks import call_due_webhooks, call_webhook, forget_calls
from orders.webhooks import SECONDS, call, due_webhooks, signature
from portal.lib import outward
from portal.lib.outward import CallRefused, may_call, post
from shop.models import Article

from .. import factories as make
from ..jobs import run_jobs
from ..threads import ENDS_IN

pytestmark = pytest.mark.django_db


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((self.path, dict(self.headers), body))
        status = self.server.answers.pop(0) if self.server.answers else 204
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/landing")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *args):
        pass


@pytest.fixture
def receiver():
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    server.calls, server.answers = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def hook(receiver):
    return Webhook.objects.create(url=f"http://127.0.0.1:{receiver.server_port}/erp?key=1")


@pytest.fixture
def order(acme, ben):
    order = make.OrderFactory(company=acme, ordered_by=ben, number="TSA-5")
    make.OrderLineFactory(order=order, kind=Article.Kind.SERVICE, position=1)
    order.note_event(order.state, by=ben)
    return order


def waiting(hook, *states):
    for number, state in enumerate(states, 1):
        hook.calls.create(event={"id": number, "number": "TSA-5", "state": state, "at": "2026-01-01"})


def told(receiver):
    return [json.loads(body)["state"] for _path, _headers, body in receiver.calls]


@pytest.fixture
def raw():
    """raw(answer) is a receiver of bytes; what it is given to say is called with the connection."""
    open_ones = []

    def start(say):
        server = socket.create_server(("127.0.0.1", 0))
        open_ones.append(server)

        def serve():
            while True:
                try:
                    line, _address = server.accept()
                except OSError:
                    return
                threading.Thread(target=spoken, args=[line], daemon=True).start()

        def spoken(line):
            with line, contextlib.suppress(OSError):
                say(line)

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/"

    yield start
    for server in open_ones:
        server.close()


def test_a_change_is_noted_in_its_transaction_and_told_signed(hook, receiver, order):
    accept(order, by=None)
    row = WebhookCall.objects.get()
    assert ProcrastinateJob.objects.filter(task_name="call_webhook").count() == 1
    run_jobs("call_webhook")
    ((path, headers, body),) = receiver.calls
    said = json.loads(body)
    assert path == "/erp?key=1" and said["number"] == "TSA-5" and said["state"] == "accepted"
    moment, mark = (part.split("=")[1] for part in headers["X-Portal-Signature"].split(","))
    assert mark == signature(hook.secret, moment, body) != signature("anders", moment, body)
    assert abs(int(moment) - time.time()) < 60
    assert "cursor" not in said, "it is known when the ERP reads, not before"
    assert said["id"] == headers["X-Portal-Event"] == row.key, "the id is under the signature, as the moment is"
    row.refresh_from_db()
    hook.refresh_from_db()
    assert (row.state, row.last_answer, hook.last_ok, hook.last_answer) == ("delivered", "204", True, "204")


def test_a_receiver_that_fails_is_called_again_later_with_the_same_id(hook, receiver, order):
    receiver.answers = [500]
    accept(order, by=None)
    run_jobs("call_webhook")
    row = WebhookCall.objects.get()
    assert (row.state, row.tries, row.last_answer) == ("waiting", 1, "500") and row.next_at > timezone.now()
    later = ProcrastinateJob.objects.get(task_name="call_webhook", status="todo")
    assert later.scheduled_at == row.next_at
    call(hook.pk)
    assert len(receiver.calls) == 1, "not before its time"
    WebhookCall.objects.update(next_at=timezone.now())
    call(hook.pk)
    (_p, first, _b), (_q, second, _c) = receiver.calls
    assert first["X-Portal-Event"] == second["X-Portal-Event"], "the receiver can tell that it is the same"


def test_the_order_of_events_is_kept_while_one_fails(hook, receiver):
    receiver.answers = [503]
    waiting(hook, "received", "accepted", "fulfilled")
    call(hook.pk)
    assert told(receiver) == ["received"]
    WebhookCall.objects.update(next_at=timezone.now())
    call(hook.pk)
    assert told(receiver) == ["received", "received", "accepted", "fulfilled"]


def test_one_receiver_that_fails_holds_no_other_back(hook, receiver, raw):
    mute = Webhook.objects.create(url=raw(lambda line: None))
    for one in (mute, hook):
        waiting(one, "received")
    for pk in sorted(due_webhooks()):
        call(pk)
    assert told(receiver) == ["received"] and mute.calls.get().state == "waiting"


def test_it_is_tried_for_more_than_a_day_and_then_given_up_for_the_next(hook, receiver, admin, as_):
    assert 24 * 3600 < sum(WebhookCall.WAITS) < 48 * 3600
    waiting(hook, "received", "accepted")
    receiver.answers = [500] * 10
    for _try in range(10):
        WebhookCall.objects.filter(state="waiting").update(next_at=timezone.now())
        call(hook.pk)
    first, second = WebhookCall.objects.order_by("pk")
    assert (first.state, first.tries, second.state) == ("failed", 10, "delivered")
    page = "/admin/orders/webhookcall/"
    assert "aufgegeben" in as_(admin).get(page).content.decode()
    as_(admin).post(page, {"action": "send_again", "_selected_action": [first.pk]})
    run_jobs("call_webhook")
    first.refresh_from_db()
    assert first.state == "delivered"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_no_yes_and_is_not_followed(hook, receiver, status):
    receiver.answers = [status]
    waiting(hook, "received")
    call(hook.pk)
    assert [path for path, _headers, _body in receiver.calls] == ["/erp?key=1"]
    row = WebhookCall.objects.get()
    assert row.state == "waiting" and row.last_answer.startswith(str(status))


def drip(line):
    line.recv(65536)
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        line.sendall(b"X-Drip: 1\r\n")
        time.sleep(0.2)


def drip_body(line):
    line.recv(65536)
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        line.sendall(b"x")
        time.sleep(0.2)


def one_byte(line):
    while True:
        line.sendall(b"H")
        time.sleep(0.2)


def mute(line):
    time.sleep(3 * ENDS_IN)


@pytest.mark.parametrize("say", [drip, drip_body, one_byte, mute])
def test_a_call_ends_in_time_however_the_answer_drips(raw, say):
    began = time.monotonic()
    with pytest.raises(OSError):
        post(raw(say), b"{}", {}, seconds=1.5, allowed=["127.0.0.0/8"])
    assert time.monotonic() - began < ENDS_IN
    assert SECONDS == 10


def test_tls_that_never_answers_ends_in_time(raw):
    began = time.monotonic()
    with pytest.raises(OSError):
        post(raw(one_byte).replace("http:", "https:"), b"{}", {}, seconds=1.5, allowed=["127.0.0.0/8"])
    with pytest.raises(OSError):
        post(raw(mute).replace("http:", "https:"), b"{}", {}, seconds=1.5, allowed=["127.0.0.0/8"])
    assert time.monotonic() - began < ENDS_IN


ODD = [
    b"220 mail ready\r\n",
    b"",
    b"\x00\xff\x00\xff\r\n\r\n",
    b"HTTP/1.1 two OK\r\n\r\n",
    b"HTTP/1.1 200" + b"x" * 70000,
]


@pytest.mark.parametrize("answer", ODD, ids=range(len(ODD)))
def test_what_is_no_http_is_noted_as_such(raw, answer):
    hook = Webhook.objects.create(url=raw(lambda line: (line.recv(65536), line.sendall(answer))))
    waiting(hook, "received")
    call(hook.pk)
    hook.refresh_from_db()
    assert hook.last_ok is False and hook.last_answer and hook.calls.get().tries == 1


INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "::1", "::", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "2001:0:7f00:1::", "255.255.255.255", "198.18.0.1", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_called(address):
    assert not may_call(address)


def test_a_public_address_and_an_allowed_one_may_be_called():
    assert may_call("93.184.216.34") and may_call("2606:4700::1111")
    assert may_call("10.20.1.1", outward._networks(["10.20.0.0/16"]))
    assert not may_call("10.21.1.1", outward._networks(["10.20.0.0/16"]))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{0}/", "http://localhost:{0}/", "http://2130706433:{0}/", "http://0x7f.1:{0}/"]
)
def test_a_receiver_inside_is_refused_however_it_is_written(receiver, settings, url):
    settings.WEBHOOK_NETWORKS = []
    hook = Webhook.objects.create(url=url.format(receiver.server_port))
    waiting(hook, "received")
    call(hook.pk)
    assert receiver.calls == [] and hook.calls.get().last_answer.startswith("CallRefused")


def test_a_name_that_answers_twice_is_asked_once(receiver, monkeypatch):
    """DNS rebinding: what was checked is what is called."""
    asked = []

    def twice(host, port, **more):
        asked.append(host)
        place = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port))]

    called = []
    monkeypatch.setattr(outward.socket, "getaddrinfo", twice)
    monkeypatch.setattr(outward.socket, "create_connection", lambda place, **more: called.append(place) or fail())
    with pytest.raises(ConnectionRefusedError):
        post(f"http://rebind.example:{receiver.server_port}/", b"{}", {}, seconds=2)
    assert asked == ["rebind.example"] and {address for address, _port in called} == {"93.184.216.34"}


def fail():
    raise ConnectionRefusedError


def test_one_address_inside_among_others_is_enough_to_refuse(monkeypatch):
    rows = [(0, 0, 0, "", (place, 80)) for place in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(outward.socket, "getaddrinfo", lambda *args, **more: rows)
    with pytest.raises(CallRefused):
        post("http://mixed.example/", b"{}", {}, seconds=2)


def test_a_resolver_that_hangs_ends_in_time(monkeypatch):
    hangs = threading.Event()
    monkeypatch.setattr(outward.socket, "getaddrinfo", lambda *args, **more: hangs.wait(3 * ENDS_IN) and [])
    began = time.monotonic()
    with pytest.raises(OSError):
        post("http://slow.example/", b"{}", {}, seconds=1)
    assert time.monotonic() - began < ENDS_IN
    hangs.set()


def test_a_webhook_that_is_off_is_not_called(hook, receiver, order):
    Webhook.objects.update(is_active=False)
    accept(order, by=None)
    assert not WebhookCall.objects.exists()
    waiting(hook, "received")
    call_webhook.func(webhook=hook.pk)
    assert receiver.calls == [] and due_webhooks() == set()


def test_what_was_overlooked_is_called_within_a_minute(hook, receiver):
    waiting(hook, "received")
    call_due_webhooks.func(timestamp=0)
    run_jobs("call_webhook")
    assert told(receiver) == ["received"]


def test_a_job_of_before_is_told_too(hook, receiver):
    call_webhook.func(webhook=hook.pk, cursor=7, number="TSA-5", state="received", at="2026-01-01")
    assert told(receiver) == ["received"]


def test_two_changes_are_two_events_and_the_log_is_forgotten(hook, receiver, order):
    accept(order, by=None)
    cancel(order, by=None, reason="doch nicht", by_customer=False)
    run_jobs("call_webhook")
    assert told(receiver) == ["accepted", "cancelled"]
    WebhookCall.objects.update(made_at=timezone.now() - timedelta(days=40))
    forget_calls(timezone.now() - timedelta(days=31))
    assert not WebhookCall.objects.exists()
