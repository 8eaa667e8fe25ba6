"""The world outside slow, gone, full or wrong: what it costs the people in front of the portal, scenario by scenario.

`python -m tests.faults.weather [--short]` starts a portal of its own on loopback, in a network of its own where this
machine lets us, and prints a line of figures for each scenario. Bounded in time; it ends what it started.
"""

import argparse
import json
import logging
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from email import message_from_bytes, policy
from pathlib import Path

import requests
from aiosmtpd.controller import Controller

from portal.lib.postgres import Server

from ..ports import free_port
from .storm import PEOPLE, ROOT, Customer, Portal
from .wire import Wire, own_network

CROWD = 24
PATIENCE = 150


def until(true, seconds=PATIENCE):
    """Wait for it; returns how many seconds it took, None where it did not come."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            return None
        time.sleep(0.1)
    return round(time.monotonic() - began, 1)


# --- the mail server ---


class Box:
    """A mail server with moods: "well", "refuses" (450), "delays" (so many seconds), "never" (550 for one address)."""

    def __init__(self):
        self.mood, self.subjects, self.slow_seconds = "well", Counter(), 2

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.mood == "refuses":
            return "450 later"
        if address.startswith("nobody@"):
            return "550 no such reader"
        envelope.rcpt_tos.append(address)
        return "250 well"

    async def handle_DATA(self, server, session, envelope):
        if self.mood == "delays":
            import asyncio

            await asyncio.sleep(self.slow_seconds)
        self.subjects[message_from_bytes(envelope.content, policy=policy.default)["Subject"]] += 1
        return "250 taken"


class PostOffice:
    """One that may vanish and come back at its address."""

    def __init__(self):
        self.box, self.port, self.controller = Box(), free_port(), None
        self.open()

    def open(self):
        self.controller = Controller(self.box, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def vanish(self):
        self.controller.stop()


# --- receivers ---


def drips(line):
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    for _number in range(600):
        time.sleep(1)
        line.sendall(b"X-Drip: 1\r\n")


def is_mute(line):
    line.recv(65536)
    time.sleep(600)


@contextmanager
def receiver(say):
    """The address of somebody who takes calls and goes on like that."""
    server = socket.create_server(("127.0.0.1", 0), backlog=100)

    def serve():
        while True:
            try:
                line, _address = server.accept()
            except OSError:
                return
            threading.Thread(target=spoken, args=[line], daemon=True).start()

    def spoken(line):
        with line, suppress(OSError):
            say(line)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    finally:
        server.close()


# --- the portal in this weather ---


class Weather:
    def __init__(self, folder, is_short):
        self.folder, self.is_short, self.stack = folder, is_short, ExitStack()

    def __enter__(self):
        with self.stack:
            self._begin()
            self.stack = self.stack.pop_all()
        return self

    def _begin(self):
        own = Server(self.folder / "postgres")
        owner = self.stack.enter_context(own.running())
        self.wire = Wire(str(own.socket_dir / ".s.PGSQL.5432"))
        self.stack.callback(self.wire.close)
        self.post = PostOffice()
        self.stack.callback(self.post.vanish)
        daily = f"postgresql://portal_app@{self.wire.host}:{self.wire.port}/portal"
        self.portal = Portal(self.folder, self.post.port, DATABASE_URL=daily, DATABASE_OWNER_URL=owner)
        self.stack.callback(self.portal.stop)
        data = self.portal.data
        own = {"DEMO": "1", "DATA_DIR": str(data), "STATIC_ROOT": str(data / "static"), "DATABASE_URL": owner}
        self.env = self.portal.env | own
        self.portal.wait(400)
        # The demo's own letters go out first.
        until(lambda: self.shell(WAITING) == [])

    def __exit__(self, *error):
        self.stack.close()

    def shell(self, code):
        """What the code prints last as JSON, run by a shell over the portal's database."""
        words = [sys.executable, "manage.py", "shell", "-v", "0", "-c", f"import json\n{code}"]
        done = subprocess.run(words, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        lines = [line for line in done.stdout.splitlines() if line.startswith(("{", "["))]
        return json.loads(lines[-1]) if lines else None

    def letter(self, seconds=PATIENCE):
        """Seconds until somebody who forgot the password has the letter; None where it does not come."""
        before = sum(self.post.box.subjects.values())
        # The storm's customer presses the button until the portal has answered.
        person, path = Customer(self.portal, PEOPLE[1], 0, []), "/anmeldung/password/reset/"
        answer = person.post(path, person.ask("get", path), email=PEOPLE[1 + before % 2])
        assert answer.status_code == 302, f"{answer.status_code}: {answer.text[:300]}"
        return until(lambda: sum(self.post.box.subjects.values()) > before, seconds)

    def visits(self, count, path="/anmeldung/login/"):
        """(Counter of statuses, longest wait in seconds) of visitors who come at once; None is no answer in 60 s."""

        def visit(_number):
            began = time.monotonic()
            try:
                status = requests.get(self.portal.base + path, timeout=60, allow_redirects=False).status_code
            except requests.RequestException:
                status = None
            return status, time.monotonic() - began

        with ThreadPoolExecutor(count) as crowd:
            seen = list(crowd.map(visit, range(count)))
        return Counter(status for status, _seconds in seen), round(max(seconds for _status, seconds in seen), 1)


NOTED = """
from orders.models import Webhook
print(json.dumps([w.last_answer for w in Webhook.objects.filter(url__in={urls!r})]))
"""
HOOKS = """
from orders.models import Webhook
from orders.webhooks import wake
for url in {urls!r}:
    hook = Webhook.objects.create(url=url)
    hook.calls.create(event={{"id": 1, "number": "x", "state": "accepted", "at": "2026-01-01"}})
    wake(hook.pk)
"""
NO_HOOKS = "from orders.models import Webhook; Webhook.objects.all().delete()"


def receivers(weather):
    """Some drip, some are mute, some are away. Was: no letter in 150 s."""
    calm, each = weather.letter(), 1 if weather.is_short else 5
    with receiver(drips) as slow, receiver(is_mute) as mute:
        urls = [f"{way}?{number}" for way in (slow, mute, "http://127.0.0.1:9/") for number in range(each)]
        weather.shell(HOOKS.format(urls=urls))
        letters = [weather.letter() for _letter in range(1 if weather.is_short else 3)]
        noted = until(lambda: all(weather.shell(NOTED.format(urls=urls))))
        weather.shell(NO_HOOKS)
    return {"receivers": len(urls), "letter_before": calm, "letters_meanwhile": letters, "all_noted": noted}


LETTERS = """
from django.core.mail import send_mail
for number in range({count}):
    send_mail(f"{name} {{number}}", "Text", None, ["erika@firma.example"])
"""
NOBODY = """
from django.core.mail import send_mail
send_mail("{name} nobody", "Text", None, ["nobody@firma.example"])
"""
WAITING = """
from portal.models import MailHandover
print(json.dumps([str(row) for row in MailHandover.objects.filter(state__in=["waiting", "handing"])]))
"""
HANDED = """
from portal.models import MailHandover
print(json.dumps([[row.state, row.reason] for row in MailHandover.objects.filter(state__in=["unclear", "refused"])]))
"""


def mail_server(weather):
    """It says "later", then takes its time, then is gone, then back: each letter once, the final no told."""
    box, count, hold = weather.post.box, 3 if weather.is_short else 20, 2 if weather.is_short else 20
    box.mood = "refuses"
    weather.shell(LETTERS.format(name="later", count=count))
    time.sleep(hold)
    box.mood = "delays"
    weather.shell(LETTERS.format(name="slow", count=count))
    weather.post.vanish()
    weather.shell(LETTERS.format(name="gone", count=count) + NOBODY.format(name="gone"))
    time.sleep(hold)
    box.mood = "well"
    weather.post.open()
    wanted = {f"{name} {number}" for name in ("later", "slow", "gone") for number in range(count)}
    states = []

    def is_settled():
        states[:] = weather.shell(HANDED)
        open_ones = len(wanted - set(box.subjects))
        return open_ones <= sum(state == "unclear" for state, _reason in states) and "refused" in dict(states)

    seconds = until(is_settled, 120 if weather.is_short else 300)
    once = [name for name in wanted if box.subjects[name] == 1]
    twice = [name for name in wanted if box.subjects[name] > 1]
    return {
        "letters": len(wanted), "once": len(once), "twice": len(twice), "seconds_after": seconds,
        "unclear": sum(state == "unclear" for state, _reason in states),
        "refused": [reason for state, reason in states if state == "refused"],
    }  # fmt: skip


def dropped(weather):
    """Connections that a firewall forgot, pools full. Was: no answer at all for 310 s, /health/ neither."""
    weather.visits(CROWD)
    count = weather.wire.forget()
    began = time.monotonic()
    health = until(lambda: weather.portal.is_up(), 60)
    seen, longest = weather.visits(CROWD)
    until(lambda: set(weather.visits(CROWD)[0]) == {200}, 60)
    well = round(time.monotonic() - began, 1)
    return {
        "own_network": weather.wire.is_alone, "connections": count, "health_after": health,
        "visitors": {str(status): number for status, number in seen.items()}, "longest": longest,
        "all_well_after": well, "letter": weather.letter(),
    }  # fmt: skip


RECEIVED = """
from orders.models import Order
print(json.dumps([str(pk) for pk in Order.objects.filter(state="received").values_list("pk", flat=True)[:{count}]]))
"""
ACCEPT = """
from orders.models import Order
from orders.states import accept
for order in Order.objects.filter(pk__in={keys!r}):
    accept(order, by=None)
"""
FILED = """
from contracts.models import Document
from orders.models import Order
numbers = [f"AB-{{o.number}}" for o in Order.objects.filter(pk__in={keys!r})]
print(json.dumps([d.file.name for d in Document.objects.filter(number__in=numbers)]))
"""


def full_disk(weather):
    """No room for papers while orders are accepted. Was: half files for ever, and papers given up after 23 minutes."""
    hold, files = 3 if weather.is_short else 30, weather.portal.data / "files"
    placed = weather.shell(RECEIVED.format(count=1 if weather.is_short else 10))
    count = len(placed)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "portal-weather", files], capture_output=True)
    if mounted.returncode:
        return {"skipped": "nothing may be mounted here"}
    try:
        (files / "full").write_bytes(bytes(1024 * 1024))
        weather.shell(ACCEPT.format(keys=placed))
        time.sleep(hold)
        half = [path.name for path in files.rglob("*") if path.is_file() and path.name != "full"]
        meanwhile = weather.shell(FILED.format(keys=placed))
        pages, _longest = weather.visits(8)
        (files / "full").unlink()
        seconds = until(lambda: len(weather.shell(FILED.format(keys=placed))) == count, 300)
        left = [path for path in files.rglob("*") if path.is_file()]
        filed = weather.shell(FILED.format(keys=placed))
    finally:
        subprocess.run(["umount", "--lazy", files], check=True)
    return {
        "orders": count, "filed_meanwhile": len(meanwhile), "half_files": len(half), "pages": pages[200],
        "filed_afterwards": len(filed), "files": len(left), "seconds_after": seconds,
    }  # fmt: skip


DOCUMENT = """
from django.urls import reverse
from contracts.models import Document
document = Document.objects.filter(company__number="12345", recalled_at=None).order_by("pk").first()
print(json.dumps([reverse("document_file", args=["12345", document.pk])]))
"""


def store_away(weather):
    """The object store stops, and later takes calls without a word; the other pages go on."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    store = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    store.start()
    host, port = store.get_host_and_port()
    fill(weather.portal.data / "files", f"http://{host}:{port}")
    with second_portal(weather, f"http://{host}:{port}") as base:
        person, file = logged_in(base), weather.shell(DOCUMENT)[0]
        well = ask(person, base + file)
        store.stop()
        away, page = ask(person, base + file), ask(person, base + "/kunde/12345/")
        mute = socket.create_server((host, port), backlog=100)
        silent, page_then = ask(person, base + file), ask(person, base + "/kunde/12345/")
        mute.close()
    return {"well": well, "away": away, "mute": silent, "other_pages": [page[0], page_then[0]]}


def fill(files, endpoint):
    import boto3

    client = boto3.client("s3", endpoint_url=endpoint, **KEYS)
    client.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": KEYS["region_name"]})
    for path in (files / "documents").rglob("*"):
        if path.is_file():
            client.upload_file(str(path), "files", path.relative_to(files).as_posix())


KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-central-1"}


@contextmanager
def second_portal(weather, endpoint):
    """Web processes over the same database, with their files in the store."""
    port = free_port()
    own = {
        "PORTAL_URL": f"http://localhost:{port}", "DB_POOL": "4", "S3_BUCKET": "files", "S3_ENDPOINT": endpoint,
        "S3_REGION": "eu-central-1", "S3_ACCESS_KEY": "test", "S3_SECRET_KEY": "test",
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--threads", "4", "--bind", f"127.0.0.1:{port}"]
    web = subprocess.Popen([*command, "--no-control-socket", "--log-level", "error"], cwd=ROOT, env=weather.env | own)
    base = f"http://127.0.0.1:{port}"
    try:
        until(lambda: ask(requests.Session(), f"{base}/health/")[0] == 200, 60)
        yield base
    finally:
        web.terminate()
        web.wait(40)


def ask(person, url):
    """(status or None, seconds); where a redirect leads is not looked at."""
    began = time.monotonic()
    try:
        status = person.get(url, timeout=60, allow_redirects=False).status_code
    except requests.RequestException:
        status = None
    return status, round(time.monotonic() - began, 1)


class At:
    """Another portal, for a customer of the storm."""

    def __init__(self, base):
        self.base = base


def logged_in(base):
    customer = Customer(At(base), PEOPLE[0], 0, [])
    customer.log_in()
    return customer.session


SCENARIOS = [receivers, mail_server, full_disk, store_away, dropped]


def run(is_short, only=(), say=print):
    """Name of a scenario -> its figures; all of them, or only some."""
    with tempfile.TemporaryDirectory(prefix="portal-", ignore_cleanup_errors=True) as place:
        os.chmod(place, 0o755)
        with Weather(Path(place), is_short) as weather:
            found = {}
            for scenario in (one for one in SCENARIOS if not only or one.__name__ in only):
                found[scenario.__name__] = scenario(weather)
                say(f"{scenario.__name__}: {json.dumps(found[scenario.__name__])}")
            return found


# Its loopback is asleep at first.
AWAKE = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"]


def apart(*words):
    """The exit code of this module in a network of its own, or in ours where that is not allowed."""
    own = own_network()
    command = [*own, *(AWAKE if own else []), sys.executable, "-m", "tests.faults.weather", *words]
    told = {**os.environ, "PORTAL_WEATHER": "alone" if own else "shared", "PYTHONUNBUFFERED": "1"}
    return subprocess.run(command, cwd=ROOT, env=told).returncode


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    given = parser.parse_args()
    if "PORTAL_WEATHER" not in os.environ:
        sys.exit(apart(*sys.argv[1:]))
    result = run(given.short, given.only)
    if given.json:
        given.json.write_text(json.dumps(result))
