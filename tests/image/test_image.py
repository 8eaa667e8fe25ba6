"""The image, built and run: `make image-test`. Not part of the suite, as it loads all libraries and takes minutes."""

import os
import re
import subprocess
import time
import urllib.request

import pytest

from portal.lib.postgres import Server

from ..ops.front import free_port, gunicorn_as_in_the_image
from ..ops.production import PRODUCTION
from ..ops.test_worker import until
from .engine import engine

ENGINE = engine() if os.environ.get("PORTAL_IMAGE") else None
pytestmark = pytest.mark.skipif(
    ENGINE is None,
    reason="make image-test builds the image" if not os.environ.get("PORTAL_IMAGE") else "neither docker nor buildah",
)
MOST = 450_000_000
NO_TOOLS = "for tool in gcc cc make pip pip3 git curl; do command -v $tool && exit 1; done; exit 0"
NOWHERE = "for place in / /app /venv /usr; do touch $place/x 2>/dev/null && exit 1; done; touch /tmp/x; id -u"
INSIDE = """
import django
django.setup()
import storages.backends.s3
from botocore.session import get_session
from pathlib import Path
from django.utils.translation import activate, gettext
from portal.lib.pdf import make_pdf
get_session().create_client("s3", region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
source = '#set document(title: "Probe")\\n#set text(lang: "de", font: "Noto Sans")\\n= Größe'
Path("/tmp/probe.typ").write_text(source)
assert make_pdf("/tmp/probe.typ")[:5] == b"%PDF-"
activate("de")
print("WELL", gettext("Password"))
"""


@pytest.fixture(scope="module")
def image():
    began = time.monotonic()
    ENGINE.build()
    print(f"built in {time.monotonic() - began:.0f} s")
    yield ENGINE
    ENGINE.end()


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Of a portal in production over an empty server, which is reached over TCP as there."""
    # An address of its own instead of a port: this server's socket is called by the usual one.
    address = f"127.0.{os.getpid() % 250 + 1}.2"
    options = {"listen_addresses": address, "fsync": "off"}
    with Server(tmp_path_factory.mktemp("image") / "postgres", options).running():
        url = f"postgresql://{{}}@{address}/portal"
        yield {**PRODUCTION, "DATABASE_URL": url.format("portal_app"), "OWNER": url.format("postgres")}


def run(image, environment, *words, **more):
    """What it printed; fails where it fails."""
    done = subprocess.run(image.command(words, environment | more), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_small_and_holds_what_is_needed_and_no_tools(image, environment):
    size, config = image.facts()
    print(f"{size / 1e6:.0f} MB")
    assert size < MOST
    assert config["User"] == "portal" and "portal.lib.healthy" in " ".join(config["Healthcheck"]["Test"])
    run(image, {}, "sh", "-c", NO_TOOLS)
    assert run(image, {}, "sh", "-c", NOWHERE).strip() == "10001", "nothing but /tmp and /data is written to"
    assert "WELL Passwort" in run(image, environment, "python", "-c", INSIDE, DJANGO_SETTINGS_MODULE="portal.settings")


def test_it_checks_migrates_and_shows_a_page(image, environment):
    owner = environment["OWNER"]
    run(image, environment, "python", "manage.py", "check")
    run(image, environment, "python", "manage.py", "prepare_database", DATABASE_URL=owner)
    run(image, environment, "python", "manage.py", "backup", "/tmp/backup", DATABASE_URL=owner)
    port = free_port()
    web = subprocess.Popen(image.command(["gunicorn", *gunicorn_as_in_the_image(port)[3:]], environment))
    try:
        until(lambda: run_code(image, port) == 0, 120)
        head = {"Host": "portal.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
        page = ask(f"http://127.0.0.1:{port}/anmeldung/login/", head)
        (sheet,) = re.findall(r'href="(/static/css/[^"]+)"', page)[:1]
        assert "Passwort" in page and len(ask(f"http://127.0.0.1:{port}{sheet}", head)) > 10_000
    finally:
        web.terminate()
        web.wait(60)


def run_code(image, port):
    """How the image's own check ends."""
    words = ["python", "-m", "portal.lib.healthy", f"http://127.0.0.1:{port}/health/"]
    return subprocess.run(image.command(words, {}), capture_output=True).returncode


def ask(url, headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as answer:
        return answer.read().decode()
