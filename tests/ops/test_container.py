"""The image and the compose file without a container engine: their steps, as far as a machine without one goes."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest

from ..factories import PDF

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()
PRODUCTION = {
    "SECRET_KEY": "a-key-of-fifty-and-more-characters-that-nobody-guesses-0123456789",
    "ALLOWED_HOSTS": "portal.example,localhost",
    "PORTAL_URL": "https://portal.example",
    "TRUSTED_PROXIES": "1",
    "DEMO": "0",
}


def manage(*command, **environment):
    keep = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "DATA_DIR")}
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, capture_output=True, text=True,
        env={**keep, **PRODUCTION, **environment},
    )  # fmt: skip


def test_production_settings_pass_the_deployment_check():
    done = manage("check", "--deploy", "--fail-level", "WARNING", "--database", "default")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "environment, sentence",
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"DEMO": "1"}, "DEMO=1 is for this machine only"),
        ({"PORTAL_URL": "https://example.com/portal"}, "wants a host of its own"),
    ],
)
def test_production_refuses_to_start(environment, sentence):
    done = manage("check", **environment)
    assert done.returncode != 0
    assert sentence in done.stderr


def test_the_image_s_build_steps_run(tmp_path):
    """Translations and static files, as the Dockerfile makes them."""
    assert "portal.lib.translations" in DOCKERFILE and "collectstatic" in DOCKERFILE
    done = manage("collectstatic", "--no-input", "--verbosity", "0", STATIC_ROOT=str(tmp_path / "static"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "static" / "staticfiles.json").exists()
    assert list((tmp_path / "static" / "css").glob("portal.*.css.br"))


def test_nobody_in_the_image_is_root():
    assert re.search(r"^USER portal$", DOCKERFILE, re.M)
    assert DOCKERFILE.index("USER portal") < DOCKERFILE.index("CMD [")
    assert "--require-hashes" in DOCKERFILE


def test_nginx_may_read_what_the_portal_stores():
    """Files are stored 0640: nginx needs the portal's group."""
    (group,) = re.findall(r"groupadd --gid (\d+)", DOCKERFILE)
    assert f'group_add: ["{group}"]' in COMPOSE
    assert '"file_permissions_mode": 0o640' in (ROOT / "portal" / "settings.py").read_text()


def test_every_file_that_the_image_leaves_out_is_not_needed():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".venv", ".data", "tests", ".env"} <= set(ignored)


def test_compose_names_the_five_parts():
    services = re.findall(r"^  (\w+):$", COMPOSE.split("volumes:\n  db:")[0], re.M)
    assert services == ["db", "migrate", "web", "worker", "nginx"]
    assert "X_ACCEL_PREFIX: /_files/" in COMPOSE and 'TRUSTED_PROXIES: "1"' in COMPOSE


def test_every_variable_of_the_sample_is_read():
    names = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M)
    settings = (ROOT / "portal" / "settings.py").read_text()
    assert [name for name in names if f'"{name}"' not in settings and f"{{{name}" not in COMPOSE] == []


# --- nginx in front, for real ---

needs_nginx = pytest.mark.skipif(
    not shutil.which("nginx") and not os.environ.get("CI"), reason="nginx is not installed here"
)


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def nginx_conf(place, web, front):
    """The image's configuration with addresses of this machine, and without TLS."""
    conf = (ROOT / "docker" / "nginx.conf").read_text()
    changes = {
        "server web:8000": f"server 127.0.0.1:{web}",
        "listen 8443 ssl;\n        http2 on;": f"listen 127.0.0.1:{front};",
        "listen 8080;": f"listen 127.0.0.1:{free_port()};",
        "alias /data/files/": f"alias {place}/files/",
        "pid /tmp/nginx.pid": f"pid {place}/nginx.pid",
        "access_log /dev/stdout": f"access_log {place}/access.log",
        "error_log /dev/stderr": f"error_log {place}/error.log",
    }
    for old, new in changes.items():
        assert old in conf, old
        conf = conf.replace(old, new)
    conf = re.sub(r"^\s*ssl_.*\n", "", conf, flags=re.M)
    conf = re.sub(r"/tmp/nginx-(\w+)", rf"{place}/nginx-\1", conf)
    # As root, nginx would drop to a user who may not read what we store; in the image it shares our group.
    conf = ("user root;\n" if os.geteuid() == 0 else "") + conf
    path = place / "nginx.conf"
    path.write_text(conf)
    return path


@pytest.fixture
def front():
    """nginx before gunicorn, over a migrated empty database of their own. Gives (address, folder, database)."""
    with tempfile.TemporaryDirectory(prefix="portal-front-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        place.chmod(0o755)
        (place / "files").mkdir()
        web, port = free_port(), free_port()
        name = f"front_{os.getpid()}"
        server = os.environ["DATABASE_URL"]
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"drop database if exists {name}")
            connection.execute(f"create database {name}")
        url = server.replace("@/portal", f"@/{name}")
        environment = {
            "PATH": os.environ["PATH"], "DATABASE_URL": url, "DATA_DIR": folder, "STATIC_ROOT": f"{folder}/static",
            "X_ACCEL_PREFIX": "/_files/", **PRODUCTION,
        }  # fmt: skip
        for command in (["migrate", "--verbosity", "0"], ["createcachetable"]):
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
        collect = ["collectstatic", "--no-input", "--verbosity", "0"]
        subprocess.run([sys.executable, "manage.py", *collect], cwd=ROOT, env=environment, check=True)
        gunicorn = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{web}", "--no-control-socket",
             "--forwarder-headers", "", "--log-level", "error"], cwd=ROOT, env=environment,
        )  # fmt: skip
        nginx = subprocess.Popen(["nginx", "-c", nginx_conf(place, web, port), "-g", "daemon off;", "-p", folder])
        try:
            address = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 40
            while ask(address + "/health/")[0] != 200 and time.monotonic() < deadline:
                time.sleep(0.3)
            yield address, place, (environment, url)
        finally:
            for process in (nginx, gunicorn):
                process.terminate()
                process.wait(20)
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"drop database if exists {name} with (force)")


def ask(url, **headers):
    """(status, headers, body) of a GET as for portal.example."""
    request = urllib.request.Request(url, headers={"Host": "portal.example", **headers})
    opener = urllib.request.build_opener(NoRedirect)
    try:
        with opener.open(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()
    except OSError:
        return None, {}, b""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


@needs_nginx
def test_nginx_hands_files_over_only_when_the_portal_says_so(front):
    address, place, (environment, _url) = front
    status, headers, _body = ask(address + "/anmeldung/login/")
    assert status == 200
    assert "nginx/" not in headers["Server"] and "gunicorn" not in headers["Server"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "max-age=63072000" in headers["Strict-Transport-Security"]
    assert "__Host-csrf" in headers["Set-Cookie"] and "Secure" in headers["Set-Cookie"]

    session, path, content = a_document(environment)
    (stored,) = list((place / "files").rglob("*.pdf"))
    for guess in (f"/_files/{stored.relative_to(place / 'files')}", "/_files/", "/_files/../nginx.conf"):
        assert ask(address + guess)[0] in {400, 404}, guess

    cookie = {"Cookie": f"__Host-session={session}"}
    status, headers, body = ask(address + path, **cookie)
    assert (status, body) == (200, content)
    assert headers["Content-Type"] == "application/pdf"
    assert "X-Accel-Redirect" not in headers
    assert "no-store" in headers["Cache-Control"]
    assert ask(address + path, **cookie, Range="bytes=5-8")[2] == content[5:9]
    assert ask(address + path)[0] == 302, "nobody is led to the login"
    assert "/kunde/12345/" not in (place / "access.log").read_text(), "the log names no customers"


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
