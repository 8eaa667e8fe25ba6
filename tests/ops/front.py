"""nginx before gunicorn as in the image, with addresses of this machine and a certificate of its own."""

import datetime as dt
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ..ports import free_port
from ..threads import PATIENCE, until
from .production import PRODUCTION

ROOT = Path(__file__).resolve().parents[2]
HOST = "portal.example"
needs_nginx = pytest.mark.skipif(
    not shutil.which("nginx") and not os.environ.get("CI"), reason="nginx is not installed here"
)


def make_certificate(place):
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (place / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (place / "privkey.pem").write_bytes(key.private_bytes(*pem))


def nginx_conf(place, web, front, plain, tls=True):
    """The image's configuration with ports of this machine, below a folder of its own. tls: as in the image."""
    conf = (ROOT / "docker" / "nginx.conf").read_text()
    changes = {
        "server web:8000": f"server 127.0.0.1:{web}",
        # The way both old and new versions understand.
        "listen 8443 ssl;\n        http2 on;": f"listen 127.0.0.1:{front}{' ssl http2' if tls else ''};",
        "listen 8080;": f"listen 127.0.0.1:{plain};",
        "/etc/nginx/tls/": f"{place}/",
        "/etc/nginx/pages/": f"{place}/pages/",
        "alias /data/files/": f"alias {place}/files/",
        "pid /tmp/nginx.pid": f"pid {place}/nginx.pid",
        "access_log /dev/stdout": f"access_log {place}/access.log",
        "error_log /dev/stderr": f"error_log {place}/error.log",
    }
    for old, new in changes.items():
        assert old in conf, old
        conf = conf.replace(old, new)
    if not tls:
        conf = re.sub(r"^\s*ssl_.*\n", "", conf, flags=re.M)
    conf = re.sub(r"/tmp/nginx-(\w+)", rf"{place}/nginx-\1", conf)
    shutil.copytree(ROOT / "docker" / "pages", place / "pages")
    locations = place / "pages" / "locations.conf"
    locations.write_text(locations.read_text().replace("/etc/nginx/pages/", f"{place}/pages/"))
    # As root, nginx would drop to a user who may not read what we store; in the image it shares our group.
    conf = ("user root;\n" if os.geteuid() == 0 else "") + conf
    path = place / "nginx.conf"
    path.write_text(conf)
    return path


class Nginx:
    """nginx over TLS at .tls, without at .plain, before whatever listens at .web; its logs lie in .place."""

    def __init__(self, place):
        self.place, self.web, self.tls, self.plain = place, free_port(), free_port(), free_port()

    @contextmanager
    def running(self):
        make_certificate(self.place)
        command = ["nginx", "-c", nginx_conf(self.place, self.web, self.tls, self.plain), "-g", "daemon off;"]
        process = subprocess.Popen([*command, "-p", self.place])
        try:
            until(lambda: self.ask("/_nginx/page.css")[0] == 200)
            yield self
        finally:
            process.terminate()
            process.wait(PATIENCE)

    def ask(self, path, method="GET", body=None, *, tls=True, host=HOST, **headers):
        """(status, headers, body) of one request; status None where nothing answers."""
        context = ssl._create_unverified_context()
        way = (
            http.client.HTTPSConnection("127.0.0.1", self.tls, timeout=PATIENCE, context=context)
            if tls
            else http.client.HTTPConnection("127.0.0.1", self.plain, timeout=PATIENCE)
        )
        try:
            way.request(method, path, body, {"Host": host, **headers})
            answer = way.getresponse()
            return answer.status, answer.headers, answer.read()
        except OSError:
            return None, {}, b""
        finally:
            way.close()

    def raw(self, request, tls=True):
        """The whole answer to bytes that no client library would send, as text."""
        with socket.create_connection(("127.0.0.1", self.tls if tls else self.plain), timeout=PATIENCE) as line:
            line = ssl._create_unverified_context().wrap_socket(line) if tls else line
            line.sendall(request)
            said = b""
            while piece := line.recv(65536):
                said += piece
            return said.decode(errors="replace")


@contextmanager
def own_folder():
    """A folder that nginx and PostgreSQL's own user may enter."""
    with tempfile.TemporaryDirectory(prefix="portal-front-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        place.chmod(0o755)
        (place / "files").mkdir()
        yield place


@contextmanager
def own_database(environment):
    """A migrated empty database; gives the environment of commands (its owner's), and of web (the daily role's)."""
    name, server = f"front_{os.getpid()}", os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name}")
    owner = {**environment, "DATABASE_URL": server.replace("@/portal", f"@/{name}")}
    try:
        prepare = ["prepare_database", "--verbosity", "0"]
        subprocess.run([sys.executable, "manage.py", *prepare], cwd=ROOT, env=owner, check=True)
        yield owner, {**owner, "DATABASE_URL": owner["DATABASE_URL"].replace("postgres@", "portal_app@")}
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"drop database if exists {name} with (force)")


@contextmanager
def running_portal():
    """The whole front: (Nginx, environment of a command over its database). gunicorn is started as in the image."""
    with own_folder() as place:
        nginx = Nginx(place)
        environment = {
            "PATH": os.environ["PATH"], "DATA_DIR": str(place), "STATIC_ROOT": f"{place}/static",
            "X_ACCEL_PREFIX": "/_files/", **PRODUCTION,
        }  # fmt: skip
        with own_database(environment) as (owner, daily), nginx.running():
            collect = ["collectstatic", "--no-input", "--verbosity", "0"]
            subprocess.run([sys.executable, "manage.py", *collect], cwd=ROOT, env=owner, check=True)
            gunicorn = subprocess.Popen(gunicorn_as_in_the_image(nginx.web), cwd=ROOT, env={**daily, "DB_POOL": "4"})
            try:
                until(lambda: nginx.ask("/health/")[0] == 200)
                yield nginx, daily
            finally:
                gunicorn.terminate()
                gunicorn.wait(PATIENCE)


def gunicorn_as_in_the_image(port):
    words = re.findall(r'"([^"]*)"', re.search(r"^CMD \[(.*?)\]", (ROOT / "Dockerfile").read_text(), re.M | re.S)[1])
    assert words[:2] == ["gunicorn", "portal.wsgi"]
    options = [f"127.0.0.1:{port}" if word == "0.0.0.0:8000" else word for word in words[1:]]
    return [sys.executable, "-m", "gunicorn", *options, "--log-level", "error"]
