"""The worker in earnest: lanes that do not wait for each other, ends of time, deaths, and what staff read."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

import pytest
from django.core.mail import send_mail
from django.db import connection
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from orders.models import Webhook
from portal.lanes import LANES, SECONDS
from portal.models import MailHandover, Trouble

from ..mail.test_once import empty_queue  # noqa: F401 - fixture
from ..mail.test_queue import Box, Controller, port, post_office, text_of, work  # noqa: F401 - fixtures
from ..threads import ENDS_IN, PATIENCE, beside, until

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]


class Drip(BaseRequestHandler):
    """Takes everything and sends a line every second, for ever."""

    def handle(self):
        self.request.settimeout(1)
        for number in range(600):
            try:
                self.request.sendall(b"HTTP/1.1 200 OK\r\n" if number == 0 else b"X-Drip: 1\r\n")
            except OSError:
                return
            self.server.stop.wait(1)
            if self.server.stop.is_set():
                return


@pytest.fixture
def dripping():
    """The port of a receiver that never ends its answer."""
    server = ThreadingTCPServer(("127.0.0.1", 0), Drip)
    server.daemon_threads, server.stop = True, threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.stop.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def mailbox(port):  # noqa: F811
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def worker(port, tmp_path):  # noqa: F811
    """`manage.py work` over this test's database; worker() starts it, and returns the process."""
    begun = []

    def start(**more):
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        environment = {
            **os.environ, "DATABASE_URL": url, "DEMO": "0", "DEBUG": "1", "ALLOWED_HOSTS": "localhost",
            "EMAIL_URL": f"smtp://127.0.0.1:{port}", "DATA_DIR": str(tmp_path), **more,
        }  # fmt: skip
        log = (tmp_path / "work.log").open("a")
        process = subprocess.Popen(
            [sys.executable, "manage.py", "work"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        process.terminate()
        process.wait(PATIENCE)
    print((tmp_path / "work.log").read_text())


def lanes_of(process):
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True)
    return [int(pid) for pid in found.stdout.split()]


def test_every_queue_has_a_lane_and_every_job_a_time():
    queues = {task.queue for task in app.tasks.values() if not task.name.startswith("builtin:")} - {"builtin"}
    assert queues <= set(SECONDS) == {queue for lane in LANES for queue in lane.queues}


def test_a_receiver_that_drips_holds_nobody_s_letter(worker, mailbox, post_office, dripping):  # noqa: F811
    # In one queue with the calls, ten seconds each and four at a time, the letter would come after a minute.
    for _hook in range(24):
        hook = Webhook.objects.create(url=f"http://127.0.0.1:{dripping}/")
        app.tasks["call_webhook"].defer(webhook=hook.pk, cursor=1, number="1", state="received", at="2026-01-01")
    process = worker(WEBHOOK_NETWORKS="127.0.0.0/8")
    until(lambda: ProcrastinateJob.objects.filter(task_name="call_webhook", status="doing").exists())
    send_mail("Passwort", "Text", None, ["erika@firma.example"])
    until(lambda: mailbox.mails, ENDS_IN)
    assert len(lanes_of(process)) == len(LANES)


def test_a_lane_that_is_killed_comes_back_and_all_end_together(worker, mailbox, post_office):  # noqa: F811
    process = worker()
    until(lambda: len(lanes_of(process)) == len(LANES))
    for pid in lanes_of(process)[:2]:
        os.kill(pid, signal.SIGKILL)
    send_mail("Passwort", "Text", None, ["erika@firma.example"])
    until(lambda: mailbox.mails)
    until(lambda: len(lanes_of(process)) == len(LANES))
    lanes = lanes_of(process)
    process.kill()
    process.wait(PATIENCE)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in lanes))


def test_the_time_of_a_job_ends_it_even_where_python_cannot():
    code = (
        "import re, time; from portal.watching import Clock; c = Clock(); c.begin(1, 600); c.begin(2, 1); c.end(1);"
        "re.match(r'(a+)+$', 'a' * 64 + 'b')"
    )
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=PATIENCE)
    assert done.returncode == 1 and time.monotonic() - began < ENDS_IN and b"Timeout" in done.stderr


def test_a_job_in_time_ends_nothing():
    code = "import time; from portal.watching import Clock; c = Clock(); c.begin(1, 1); c.end(1); time.sleep(1.5)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=PATIENCE).returncode == 0


# --- what failed for good ---


def fail_for_good(order=4711):
    """A confirmation whose order there is not, at its last try."""
    job = app.tasks["make_confirmation"].defer(order=order)
    ProcrastinateJob.objects.filter(pk=job).update(attempts=6)
    work()
    return job


def test_a_job_that_failed_for_good_stands_in_the_admin_and_is_tried_again(admin, as_):
    job = fail_for_good()
    trouble = Trouble.objects.get()
    assert (trouble.work, trouble.row, trouble.job) == ("make_confirmation", f"order=4711 (job {job})", job)
    assert trouble.reason.startswith("DoesNotExist")
    client, page = as_(admin), reverse("admin:portal_trouble_changelist")
    assert "DoesNotExist" in client.get(page).content.decode()
    client.post(page, {"action": "try_again", "_selected_action": [trouble.pk]})
    assert ProcrastinateJob.objects.get(pk=job).status == "todo" and not Trouble.objects.exists()
    work()
    assert Trouble.objects.get().job == job


def test_who_may_not_decide_about_trouble_may_not_look(as_, ben):
    fail_for_good()
    assert as_(ben).get(reverse("admin:portal_trouble_changelist")).status_code in (302, 404)


def test_a_mail_that_could_not_be_handed_over_in_three_days_is_refused(post_office):  # noqa: F811
    send_mail("Betreff", "Text", None, ["erika@firma.example"])
    ProcrastinateJob.objects.filter(task_name="deliver").update(attempts=12)
    work()
    row = MailHandover.objects.get()
    assert row.state == "refused" and "ConnectionRefused" in row.reason and not Trouble.objects.exists()


def test_a_job_that_kills_its_worker_comes_back_so_often_and_no_more(monkeypatch):
    """A death is no failure of the job's own at first; a fourth one is."""
    job = app.tasks["check_upload"].defer(upload="x")
    for death in range(1, 5):
        with connection.cursor() as cursor:
            cursor.execute("update procrastinate_jobs set status = 'doing', worker_id = null where id = %s", [job])
        rescue_only()
        assert ProcrastinateJob.objects.get(pk=job).status == ("todo" if death < 4 else "failed")
    assert Trouble.objects.get().job == job


def test_a_job_of_a_dead_worker_has_no_more_tries_than_others():
    job = app.tasks["make_confirmation"].defer(order=1)
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set status = 'doing', attempts = 6 where id = %s", [job])
    rescue_only()
    assert ProcrastinateJob.objects.get(pk=job).status == "failed" and "endete" in Trouble.objects.get().reason


def rescue_only():
    # A worker that runs over the full minute has put it there itself.
    with contextlib.suppress(AlreadyEnqueued):
        app.tasks["rescue"].defer(timestamp=0)
    from django.core.management import call_command

    beside(partial(call_command, "procrastinate", "worker", "--one-shot", "--queues", "rescue")).result(PATIENCE)


def test_a_login_name_is_in_no_log(caplog, monkeypatch):
    monkeypatch.setattr("accounts.tasks.find_person", lambda *args: 1 / 0)
    app.tasks["mail_reset_link"].defer(name="erika-secret@firma.example")
    with caplog.at_level("DEBUG", logger="procrastinate"):
        work()
    (failed,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert failed.getMessage().startswith("Job mail_reset_link[") and "ended with status: Error" in failed.getMessage()
    assert not [r for r in caplog.records if "erika-secret" in r.getMessage() + repr(r.__dict__)]
