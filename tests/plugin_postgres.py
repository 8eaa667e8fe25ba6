"""Loaded before everything else: a server for the tests, and the environment the settings read."""

import atexit
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from portal.lib.postgres import Server

ROOT = Path(__file__).resolve().parent.parent
_open = ExitStack()
atexit.register(_open.close)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("DEMO", "1")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
os.environ.setdefault("DATA_DIR", _open.enter_context(tempfile.TemporaryDirectory(prefix="portal-test-")))
if "DATABASE_URL" not in os.environ:
    # Test data may be lost with the machine; a flush per commit would only cost time.
    server = Server(ROOT / ".cache" / "postgres", {"fsync": "off", "full_page_writes": "off", "max_connections": "200"})
    os.environ["DATABASE_URL"] = _open.enter_context(server.running())


@pytest.hookimpl(tryfirst=True)
def pytest_configure():
    """Chance tests draw the same each time: what fails once in a hundred runs is no news of the change at hand.

    `--hypothesis-profile=search` draws anew.
    """
    from hypothesis import HealthCheck, settings

    # Machines are busy: the time that an example takes says nothing.
    patient = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    settings.register_profile("same", derandomize=True, **patient)
    settings.register_profile("search", **patient)
    settings.load_profile("same")
