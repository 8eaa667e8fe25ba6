"""Orders placed while processes are killed: what was acknowledged exists, once, and its mails go out once.

`python -m tests.faults.storm --orders 500` starts a portal of its own on loopback with a real mail server beside it,
and prints what became of everything. Bounded: so many orders, so many kills, then it stops what it started.
"""

import argparse
import contextlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from email import message_from_bytes, policy
from pathlib import Path

import requests
from aiosmtpd.controller import Controller

from ..ports import free_port

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = ["DOMUS_12345", "deniz@sonnenhof.example", "ben@sonnenhof.example"]
PASSWORD = "Sonnenhof-2026!"
ARTICLE = "TSA-K10000"
PATIENCE = 240
TOKEN = re.compile(r'name="csrfmiddlewaretoken"\s+value="([^"]+)"')
HIDDEN = re.compile(r'name="(form_key|shown)"\s+value="([^"]+)"')
REPORT = """
import json
from orders.models import Order
from portal.models import MailHandover
placed = list(Order.objects.exclude(form_key=None).values_list("pk", "number"))
unclear = list(MailHandover.objects.filter(state="unclear").values_list("recipients", flat=True))
print("REPORT" + json.dumps({"placed": [[str(pk), number] for pk, number in placed], "unclear": unclear}))
"""


class Box:
    """A mail server's memory: (reader, order number) of each receipt."""

    def __init__(self):
        self.receipts = Counter()

    async def handle_DATA(self, server, session, envelope):
        subject = message_from_bytes(envelope.content, policy=policy.default)["Subject"]
        if number := re.search(r"TSA-\d+", subject):
            self.receipts.update((reader, number[0]) for reader in envelope.rcpt_tos)
        return "250 taken"


class Portal:
    """A portal under its supervisor, with its own data, on loopback."""

    def __init__(self, folder, mail_port, **more):
        self.data, self.port = folder / "data", free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
        mail = {"EMAIL_URL": f"smtp://127.0.0.1:{mail_port}", "MAIL_DELIVERY_BACKEND": "portal.lib.mail.OnceBackend"}
        self.env = clean | mail | more
        self.log = (folder / "run.log").open("w")
        self.process = subprocess.Popen(
            self.command("serve"), cwd=ROOT, env=self.env, stdout=self.log, stderr=subprocess.STDOUT
        )

    def command(self, *words):
        return [sys.executable, "-m", "portal.run", "--data", str(self.data), "--port", str(self.port), *words]

    def is_up(self):
        with contextlib.suppress(requests.RequestException):
            return requests.get(f"{self.base}/health/", timeout=5).status_code == 200
        return False

    def wait(self, seconds=150):
        deadline = time.monotonic() + seconds
        while not self.is_up():
            assert time.monotonic() < deadline and self.process.poll() is None, "the portal does not come up"
            time.sleep(0.2)

    def victims(self):
        """Kind -> pids that may be killed now."""
        rows = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True).stdout.splitlines()[1:]
        family, found = {self.process.pid}, {"web": [], "worker": [], "database": []}
        for row in rows:
            pid, parent, words = int(row.split()[0]), int(row.split()[1]), row.split(None, 2)[2]
            if parent in family:
                family.add(pid)
                kind = "worker" if "manage.py work" in words else "web" if "gunicorn" in words else None
                if kind:
                    found[kind].append(pid)
        pid_file = self.data / "postgres" / "cluster" / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            found["database"] = [int(pid_file.read_text().split()[0])]
        return found

    def kill(self, kind):
        """kill -9 of one process of ours; returns whether there was one."""
        if not (pids := self.victims()[kind]):
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(random.choice(pids), signal.SIGKILL)
        return True

    def report(self):
        done = subprocess.run(
            self.command("manage", "--", "shell", "-v", "0", "-c", REPORT),
            cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        return json.loads(done.stdout.split("REPORT", 1)[1].splitlines()[0])

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(40)
        self.log.close()


class Customer(threading.Thread):
    """A person who orders again and again, and presses the button until the portal has answered."""

    def __init__(self, portal, login, count, placed):
        super().__init__(daemon=True)
        self.portal, self.login, self.count, self.placed = portal, login, count, placed
        self.session, self.tries, self.error = requests.Session(), 0, None

    def run(self):
        try:
            self.log_in()
            for _order in range(self.count):
                self.placed.append(self.order())
        except Exception as error:
            self.error = error

    def ask(self, method, path, **more):
        """The answer, asked for until the portal gives one."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.tries += 1
            with contextlib.suppress(requests.RequestException):
                answer = self.session.request(
                    method, self.portal.base + path, timeout=15, allow_redirects=False, **more
                )
                if answer.status_code < 500:
                    return answer
            time.sleep(0.2)
        raise AssertionError(f"no answer to {path}")

    def post(self, path, page, **data):
        found = TOKEN.search(page.text)
        assert found, f"no form at {page.url}: {page.status_code} {page.headers.get('Location')}"
        data["csrfmiddlewaretoken"] = found[1]
        return self.ask("post", path, data=data, headers={"Referer": self.portal.base})

    def log_in(self):
        page = self.ask("get", "/anmeldung/login/")
        self.post("/anmeldung/login/", page, login=self.login, password=PASSWORD)

    def order(self):
        shop = "/kunde/12345/shop"
        page = self.ask("get", f"{shop}/artikel/{ARTICLE}/")
        self.post(f"{shop}/artikel/{ARTICLE}/in-den-warenkorb/", page, quantity=1)
        # A shown price may have changed under it, and an answer got lost; after that it is the page that is wrong.
        for _look in range(50):
            page = self.ask("get", "/kunde/12345/bestellungen/neu/")
            form = dict(HIDDEN.findall(page.text))
            answer = self.post("/kunde/12345/bestellungen/neu/", page, accepts_terms="on", **form)
            if found := re.search(r"/bestellungen/([0-9a-f-]{36})/$", answer.headers.get("Location", "")):
                return found[1]
        raise AssertionError(f"the checkout takes no order: {answer.status_code}")


def storm(orders, kills, kinds, say=print):
    """Returns what became of it: {"acknowledged", "stored", "lost", "extra", "mails": Counter, "unclear", "kills"}."""
    with tempfile.TemporaryDirectory(prefix="portal-", ignore_cleanup_errors=True) as place:
        os.chmod(place, 0o755)
        box = Box()
        mail = Controller(box, hostname="127.0.0.1", port=free_port())
        mail.start()
        portal = Portal(Path(place), mail.port)
        try:
            portal.wait()
            return _storm(portal, box, orders, kills, kinds, say)
        finally:
            portal.stop()
            mail.stop()


def _storm(portal, box, orders, kills, kinds, say):
    placed, done = [], Counter()
    share = [orders // len(PEOPLE) + (number < orders % len(PEOPLE)) for number in range(len(PEOPLE))]
    people = [Customer(portal, login, count, placed) for login, count in zip(PEOPLE, share, strict=True)]
    for person in people:
        person.start()
    while any(person.is_alive() for person in people):
        if sum(done.values()) < kills and len(placed) >= (sum(done.values()) + 0.5) * orders / kills:
            kind = kinds[sum(done.values()) % len(kinds)]
            # What was killed a moment ago may not be back yet.
            if portal.kill(kind):
                done[kind] += 1
                say(f"{len(placed)} orders, killed: {dict(done)}")
        time.sleep(0.2)
    assert not [person.error for person in people if person.error], [person.error for person in people]
    portal.wait()
    report = _settled(portal, box, placed)
    stored = {pk for pk, _number in report["placed"]}
    return {
        "acknowledged": len(placed),
        "stored": len(stored),
        "lost": set(placed) - stored,
        "extra": stored - set(placed),
        "receipts": len(box.receipts),
        "doubled": [key for key, count in box.receipts.items() if count > 1],
        "missing": _missing(report, box),
        "unclear": len(report["unclear"]),
        "kills": dict(done),
        "requests": sum(person.tries for person in people),
    }


def _missing(report, box):
    """Orders of which a receipt has not arrived; each goes to who ordered, and to the company's mailbox."""
    arrived = Counter(number for _reader, number in box.receipts)
    return [number for _pk, number in report["placed"] if arrived[number] < 2]


def _settled(portal, box, placed):
    """The portal's report once every mail has arrived or stands as unclear, or patience is over."""
    deadline = time.monotonic() + PATIENCE
    while True:
        report = portal.report()
        if len(_missing(report, box)) <= len(report["unclear"]) or time.monotonic() > deadline:
            return report
        time.sleep(3)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=500)
    parser.add_argument("--kills", type=int, default=30)
    given = parser.parse_args()
    began = time.monotonic()
    result = storm(given.orders, given.kills, ["web", "database", "worker"])
    for name, value in result.items():
        print(f"{name}: {value}")
    print(f"seconds: {time.monotonic() - began:.0f}")
    good = not (result["lost"] or result["extra"] or result["doubled"]) and len(result["missing"]) <= result["unclear"]
    sys.exit(not good)
