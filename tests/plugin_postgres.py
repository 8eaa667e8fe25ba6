"""Loaded before everything else: a server for the tests, and the environment the settings read."""

import atexit
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

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
