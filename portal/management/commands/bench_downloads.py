import hashlib
import http.client
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from access.acting import Actor
from access.models import AccessEvent, Membership
from accounts.models import Company, User
from accounts.sessions import SessionStore
from contracts.models import Licence, Maintenance, Product
from downloads.models import Download, Release, ReleaseFile

NUMBER = "BENCH-DOWNLOADS"
MEGABYTE = 1024 * 1024
# What a slow line takes: 64 KB five times a second.
SIP, PAUSE = 64 * 1024, 0.2


class Command(BaseCommand):
    help = "Time the start page while many slow readers load a file through nginx. Takes its rows back."

    def add_arguments(self, parser):
        parser.add_argument("--readers", type=int, default=50)
        parser.add_argument("--pages", type=int, default=200)
        parser.add_argument("--megabytes", type=int, default=512)

    def handle(self, readers, pages, megabytes, **options):
        if not shutil.which("nginx"):
            self.stdout.write("nginx is not installed here; nothing was measured.")
            return
        if not hasattr(default_storage, "location"):
            raise CommandError("The files lie in a store; nginx has nothing to send.")
        with ExitStack() as stack:
            customer = stack.enter_context(a_customer(megabytes))
            port = stack.enter_context(a_portal())
            idle = ask(port, customer.start, customer.cookie, pages)
            with slow_readers(port, customer, readers) as lines:
                loaded = ask(port, customer.start, customer.cookie, pages)
                reading = sum(line.is_reading for line in lines)
        self.show(idle, loaded, reading, readers)

    def show(self, idle, loaded, reading, readers):
        for name, times in (("idle", idle), (f"beside {reading} slow readers", loaded)):
            self.stdout.write(f"start page, {name:<24} p50 {p(times, 50):6.1f} ms   p95 {p(times, 95):6.1f} ms")
        self.stdout.write(f"p95 loaded / idle: {p(loaded, 95) / p(idle, 95):.2f}")
        if reading < readers:
            raise CommandError(f"Only {reading} of {readers} readers were being served.")


def p(times, percent):
    """A percentile in milliseconds."""
    return statistics.quantiles(times, n=100)[percent - 1] * 1000


def ask(port, path, cookie, count):
    """Seconds for each of so many requests of a page, one after the other, after ten to warm up."""
    times = []
    for number in range(count + 10):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        begun = time.perf_counter()
        line.request("GET", path, headers={"Host": "localhost", "Cookie": cookie})
        answer = line.getresponse()
        answer.read()
        if answer.status != 200:
            raise CommandError(f"{path} answered {answer.status}.")
        if number >= 10:
            times.append(time.perf_counter() - begun)
        line.close()
    return times


class SlowReader(threading.Thread):
    """One customer on a slow line, who goes on until told to stop."""

    def __init__(self, port, path, cookie, stop):
        super().__init__(daemon=True)
        self.port, self.path, self.cookie, self.stop, self.is_reading = port, path, cookie, stop, False

    def run(self):
        with socket.create_connection(("127.0.0.1", self.port), 30) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SIP)
            ask = f"GET {self.path} HTTP/1.1\r\nHost: localhost\r\nCookie: {self.cookie}\r\n\r\n"
            line.sendall(ask.encode())
            self.is_reading = line.recv(SIP).startswith(b"HTTP/1.1 200")
            while self.is_reading and not self.stop.wait(PAUSE):
                self.is_reading = bool(line.recv(SIP))


@contextmanager
def slow_readers(port, customer, count):
    stop = threading.Event()
    lines = [SlowReader(port, customer.file, customer.cookie, stop) for _number in range(count)]
    for line in lines:
        line.start()
    deadline = time.monotonic() + 30
    while not all(line.is_reading for line in lines) and time.monotonic() < deadline:
        time.sleep(0.1)
    try:
        yield lines
    finally:
        stop.set()
        for line in lines:
            line.join(30)


# --- a customer with a large file, and a portal behind nginx ---


class a_customer:
    """A company with one large file, its address, the start page's, and a session; all taken back at the end."""

    def __init__(self, megabytes):
        self.size = megabytes * MEGABYTE

    @transaction.atomic
    def __enter__(self):
        Actor.portal().sign()
        company = Company.objects.create(number=NUMBER, name=NUMBER)
        person = User.objects.create(first_name="Bench", last_name="Downloads", email="bench@downloads.example")
        Membership.objects.create(
            company=company, user=person, is_holder=True, is_main_holder=True, accepted_at=timezone.now()
        )
        product = Product.objects.create(number=NUMBER, name=NUMBER)
        Maintenance.objects.create(licence=Licence.objects.create(number=NUMBER, company=company, product=product))
        file = self._file(Release.objects.create(product=product, version="1"))
        self.session = self._session(person)
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={self.session.session_key}"
        self.start, self.file = reverse("start", args=[NUMBER]), reverse("release_file", args=[NUMBER, file.pk])
        return self

    def _file(self, release):
        """Sparse: the disk is not what is measured."""
        self.path = Path(default_storage.path(f"releases/{NUMBER}.zip"))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("wb") as sparse:
            sparse.truncate(self.size)
        self.path.chmod(0o644)
        return ReleaseFile.objects.create(
            release=release, title=NUMBER, file=f"releases/{NUMBER}.zip", file_name="bench.zip", size=self.size,
            sha256=hashlib.sha256(b"").hexdigest(),
        )  # fmt: skip

    @staticmethod
    def _session(person):
        session = SessionStore()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(person.pk), "accounts.backends.LoginNameBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.create()
        return session

    def __exit__(self, *error):
        self.path.unlink(missing_ok=True)
        self.session.delete()
        with transaction.atomic(), connection.cursor() as cursor:
            # The last licence holder goes only with the company, and the log of access is never deleted: past both.
            cursor.execute("set local session_replication_role = replica")
            Download.objects.filter(company__number=NUMBER).delete()
            ReleaseFile.objects.filter(release__product__number=NUMBER).delete()
            Release.objects.filter(product__number=NUMBER).delete()
            Licence.objects.filter(company__number=NUMBER).delete()
            Product.objects.filter(number=NUMBER).delete()
            AccessEvent.objects.filter(company__number=NUMBER).delete()
            Membership.objects.filter(company__number=NUMBER).delete()
            Company.objects.filter(number=NUMBER).delete()
            User.objects.filter(email="bench@downloads.example").delete()


@contextmanager
def a_portal():
    """gunicorn as in production behind nginx with the image's configuration; gives nginx's port."""
    web, front = free_port(), free_port()
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    own = {"DATABASE_URL": url, "X_ACCEL_PREFIX": "/_files/", "DB_POOL": "8", "DATA_DIR": str(settings.DATA_DIR)}
    gunicorn = [
        sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{web}", "--worker-class", "gthread",
        "--workers", "2", "--threads", "8", "--no-control-socket", "--log-level", "error",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        Path(folder).chmod(0o755)
        path = Path(folder) / "nginx.conf"
        path.write_text(nginx_conf(folder, web, front))
        started = [
            subprocess.Popen(gunicorn, cwd=settings.BASE_DIR, env={**os.environ, **own}),
            subprocess.Popen(["nginx", "-c", path, "-g", "daemon off;", "-p", folder]),
        ]
        try:
            wait_for(front)
            yield front
        finally:
            for process in started:
                process.terminate()
                process.wait(30)


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def nginx_conf(folder, web, front):
    """The image's configuration on this machine's own address, without TLS."""
    conf = (settings.BASE_DIR / "docker" / "nginx.conf").read_text()
    changes = {
        "server web:8000": f"server 127.0.0.1:{web}",
        "listen 8443 ssl;\n        http2 on;": f"listen 127.0.0.1:{front};",
        "listen 8080;": f"listen 127.0.0.1:{free_port()};",
        "alias /data/files/": f"alias {default_storage.location}/",
        "X-Forwarded-Proto $scheme": "X-Forwarded-Proto https",
        "/etc/nginx/pages/": f"{settings.BASE_DIR}/docker/pages/",
        "pid /tmp/nginx.pid": f"pid {folder}/nginx.pid",
        "access_log /dev/stdout short": "access_log off",
    }
    for old, new in changes.items():
        conf = conf.replace(old, new)
    conf = re.sub(r"^\s*ssl_.*\n", "", conf, flags=re.M)
    conf = re.sub(r"/tmp/nginx-(\w+)", rf"{folder}/nginx-\1", conf)  # noqa: S108 - a name in the file
    # As root, nginx would drop to a user who may not read what is stored.
    return ("user root;\n" if os.geteuid() == 0 else "") + conf


def wait_for(port):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/health/", headers={"Host": "localhost"})
            if line.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.3)
    raise CommandError("The portal did not start.")
