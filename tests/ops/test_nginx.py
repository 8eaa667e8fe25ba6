"""nginx in front, for real: what it hands over, what it answers by itself, what it writes down."""

import json
import re
import socket
import subprocess
import sys
import threading

import pytest

from portal.lib.logs import TOKEN

from ..factories import PDF
from .front import HOST, ROOT, Nginx, needs_nginx, own_folder, running_portal

pytestmark = needs_nginx
SECRET = "xTOKENx-0123456789abcdef"
ONE_TIME = sorted(f"/{words}/{SECRET}/" for words in re.search(r"\((.+?)\)/", TOKEN.pattern)[1].split("|"))


@pytest.fixture(scope="module")
def front():
    with running_portal() as started:
        yield started


@pytest.fixture
def alone():
    """nginx before a portal that is away; .web is free for a stand-in."""
    with own_folder() as place, Nginx(place).running() as nginx:
        yield nginx


def test_nginx_hands_files_over_only_when_the_portal_says_so(front):
    nginx, environment = front
    status, headers, _body = nginx.ask("/anmeldung/login/")
    assert status == 200
    assert "nginx/" not in headers["Server"] and "gunicorn" not in headers["Server"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "max-age=63072000" in headers["Strict-Transport-Security"]
    assert "__Host-csrf" in headers["Set-Cookie"] and "Secure" in headers["Set-Cookie"]

    session, path, content = a_document(environment)
    (stored,) = list((nginx.place / "files").rglob("*.pdf"))
    for guess in (f"/_files/{stored.relative_to(nginx.place / 'files')}", "/_files/", "/_files/../nginx.conf"):
        assert nginx.ask(guess)[0] in {400, 404}, guess

    cookie = {"Cookie": f"__Host-session={session}"}
    status, headers, body = nginx.ask(path, **cookie)
    assert (status, body) == (200, content)
    assert headers["Content-Type"] == "application/pdf"
    assert "X-Accel-Redirect" not in headers
    assert "no-store" in headers["Cache-Control"]
    guarded(headers)
    assert nginx.ask(path, **cookie, Range="bytes=5-8")[2] == content[5:9]
    assert nginx.ask(path)[0] == 302, "nobody is led to the login"
    assert "/kunde/12345/" not in (nginx.place / "access.log").read_text(), "the log names no customers"


def a_document(environment):
    """(session key of a licence holder, address of a document, its bytes), made through Django in that database."""
    code = """
import json
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from accounts.sessions import SessionStore
from tests import factories as make
user = make.UserFactory()
company = make.CompanyFactory(number="12345")
make.MembershipFactory(company=company, user=user, is_holder=True, is_main_holder=True)
document = make.DocumentFactory(company=company)
store = SessionStore()
store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), "accounts.backends.LoginNameBackend"
store[HASH_SESSION_KEY] = user.get_session_auth_hash()
store.create()
print("RESULT" + json.dumps([store.session_key, f"/kunde/12345/dokumente/{document.pk}/"]))
"""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert "RESULT" in done.stdout, done.stderr
    session, path = json.loads(done.stdout.split("RESULT")[1])
    return session, path, PDF


# --- what nginx answers by itself ---


def guarded(headers, tls=True):
    policies = headers.get_all("Content-Security-Policy")
    assert policies and any("default-src 'none'" in policy for policy in policies)
    assert "unsafe" not in "".join(policies) and "frame-ancestors 'none'" in "".join(policies)
    assert headers.get_all("X-Content-Type-Options") == ["nosniff"]
    assert headers.get_all("Strict-Transport-Security") == (
        ["max-age=63072000; includeSubDomains; preload"] if tls else None
    )


OWN = [
    ("GET", "/" + "a" * 9000, {}, 414),
    ("GET", "/", {"X-Long": "a" * 9000}, 400),
    ("TRACE", "/", {}, 405),
    ("POST", "/sprache/", {"Content-Length": str(30_000_000)}, 413),
    ("GET", "/", {}, 502),
    ("POST", "/anmeldung/login/", {}, 502),
    ("GET", "/_files/a.pdf", {}, 404),
    ("GET", "/_nginx/502.html", {}, 404),
]


@pytest.mark.parametrize("tls", [True, False])
@pytest.mark.parametrize("method, path, headers, status", OWN, ids=[f"{row[0]} {row[3]}" for row in OWN])
def test_what_nginx_answers_by_itself_is_ours(alone, method, path, headers, status, tls):
    if not tls and path == "/_files/a.pdf":
        status = 502
    answered, said, body = alone.ask(path, method, tls=tls, **headers)
    assert answered == status
    guarded(said, tls)
    assert said["Content-Type"] == "text/html; charset=utf-8"
    assert "Zur Startseite" in body.decode() and "nginx" not in body.decode().replace("/_nginx/page.css", "")
    assert said["Cache-Control"] == "private, no-store"
    assert said["Retry-After"] == ("20" if status == 502 else None)


@pytest.mark.parametrize(
    "request_line", [b"GET /%zz HTTP/1.1", b"GARB4GE / HTTP/1.1", b"GET / HTTP/1.1\r\nHost: b.example"]
)
def test_what_is_no_http_is_refused_with_our_page(alone, request_line):
    said = alone.raw(request_line + b"\r\nHost: portal.example\r\nConnection: close\r\n\r\n")
    assert said.startswith("HTTP/1.1 400") and "Content-Security-Policy" in said and "Zur Startseite" in said


def test_plain_http_to_the_tls_port_is_refused_with_our_page(alone):
    alone.tls, alone.plain = alone.plain, alone.tls
    status, headers, body = alone.ask("/", tls=False)
    assert status == 400 and "Zur Startseite" in body.decode()
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_stylesheet_of_these_pages_is_there(alone):
    status, headers, body = alone.ask("/_nginx/page.css")
    assert status == 200 and headers["Content-Type"].startswith("text/css") and b"main {" in body
    guarded(headers)


@pytest.mark.parametrize("host", [HOST, "evil.example", "evil.example:8080", "localhost", "[::1]"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_tls_everybody_is_led_to_our_host_only(front, host, method):
    nginx, _environment = front
    status, headers, _body = nginx.ask("/anmeldung/login/?a=1", method, tls=False, host=host)
    assert (status, headers["Location"]) == (301, f"https://{HOST}/anmeldung/login/?a=1")


# --- what nginx writes down ---


def test_a_one_time_link_stands_in_no_log(alone):
    """Too large, no portal behind it, a page whose address is the link: each is an error with the whole request."""
    for path in [*ONE_TIME, f"/static/x.css?from={SECRET}"]:
        alone.ask(path, "POST", **{"Content-Length": str(30_000_000)})
        alone.ask(path)
        alone.ask("/static/portal.css", Referer=f"https://{HOST}{path}")
        alone.ask(path + "a" * 9000)
        alone.ask(path, **{"X-Long": "a" * 9000})
    written = (alone.place / "error.log").read_text() + (alone.place / "access.log").read_text()
    assert SECRET not in written
    assert "POST /einladung/" in written and "502" in written, "what happened is told all the same"


@pytest.mark.parametrize("path", ONE_TIME)
def test_at_one_time_links_nginx_writes_no_errors_at_all(path):
    """A full disk is told at the level that is kept, and its line quotes the request."""
    conf = (ROOT / "docker" / "nginx.conf").read_text()
    (pattern,) = re.findall(r"location ~ (\S+) \{\s+error_log /dev/null", conf)
    assert re.match(pattern, path)


@pytest.mark.parametrize("path", ONE_TIME)
def test_a_one_time_link_is_sent_on_in_no_referer(path, client, db):
    assert client.get(path).headers["Referrer-Policy"] == "strict-origin"


# --- kept connections ---


class HangsUp:
    """A portal whose connections are always closed the moment they are used again: the worst moment, each time."""

    def __init__(self, port):
        self.door = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._welcome, daemon=True).start()

    def _welcome(self):
        while True:
            try:
                line, _address = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    @staticmethod
    def _serve(line):
        with line:
            line.recv(65536)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            # Again: read, and not a word.
            line.recv(65536)


def test_an_honest_post_never_meets_a_connection_that_is_closing(alone):
    stand_in = HangsUp(alone.web)
    try:
        for _turn in range(10):
            assert alone.ask("/anmeldung/login/")[0] == 200, "nginx sends a GET again by itself"
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                assert alone.ask("/anmeldung/login/", method, b"a=1")[0] == 200
    finally:
        stand_in.door.close()


def test_the_portal_keeps_connections_longer_than_nginx():
    (nginx,) = re.findall(r"keepalive_timeout (\d+)s", (ROOT / "docker" / "nginx.conf").read_text())
    kept = [
        re.search(r'"--keep-alive", "(\d+)"', (ROOT / file).read_text())[1]
        for file in ("Dockerfile", "portal/lib/processes.py")
    ]
    assert all(int(seconds) > int(nginx) + 10 for seconds in kept)
