"""The image and the compose file without a container engine: their steps, as far as a machine without one goes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from .production import PRODUCTION

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()


def manage(*command, **environment):
    keep = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "DATA_DIR")}
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, capture_output=True, text=True,
        env={**keep, **PRODUCTION, **environment},
    )  # fmt: skip


def test_production_settings_pass_the_deployment_check():
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute("drop role if exists deploy_check")
        server.execute("create role deploy_check login")
        try:
            url = os.environ["DATABASE_URL"].replace("postgres@", "deploy_check@")
            done = manage("check", "--deploy", "--fail-level", "WARNING", "--database", "default", DATABASE_URL=url)
            assert done.returncode == 0, done.stderr
        finally:
            server.execute("drop role deploy_check")
    silent = manage("check", "--deploy", "--fail-level", "WARNING", BRAND_VENDOR_SEAT="")
    assert silent.returncode == 1 and "BRAND_VENDOR_SEAT" in silent.stderr, "what every letter has to say is missed"
    as_owner = manage("check", "--deploy", "--fail-level", "WARNING", "--database", "default")
    assert as_owner.returncode == 1 and "portal.W003" in as_owner.stderr


@pytest.mark.parametrize(
    "environment, sentence",
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "x"}, "has 1 characters"),
        ({"SECRET_KEY": "demo-only-key-that-production-refuses"}, "stands in samples"),
        ({"ALLOWED_HOSTS": "portal.example,*"}, "which is everybody"),
        ({"DEMO": "1"}, "DEMO=1 is for this machine only"),
        ({"DEBUG": "1"}, "DEBUG=1 is for this machine only"),
        ({"DEBUG": "1", "ALLOWED_HOSTS": "localhost"}, "DEBUG=1 is for this machine only"),
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
    assert COMPOSE.count("postgresql://portal:${POSTGRES_PASSWORD}") == 1, "only migrate connects as the owner"
    assert "X_ACCEL_PREFIX: /_files/" in COMPOSE and 'TRUSTED_PROXIES: "1"' in COMPOSE


def test_every_variable_of_the_sample_is_read():
    names = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M)
    settings = (ROOT / "portal" / "settings.py").read_text()
    assert [name for name in names if f'"{name}"' not in settings and f"{{{name}" not in COMPOSE] == []
