"""How gunicorn runs the portal: its configuration file, named on its command line as python:portal.lib.web.

The code is read once, by gunicorn's own process, and shared by the workers it forks, the replaced ones too. Whatever
belongs to one process - connections, their pool and its threads - is made by each worker when it first needs it.
"""

import gc
import os
import tempfile
from typing import Any

preload_app = True

if os.environ.get("METRICS_TOKEN") or os.environ.get("METRICS_TOKEN_FILE"):
    # Before the code is read: the web processes of one gunicorn sum their figures in one folder.
    figures = os.path.join(tempfile.gettempdir(), f"portal-figures-{os.getpid()}")
    os.makedirs(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", figures), exist_ok=True)


def when_ready(server: Any) -> None:
    """Once, before the first worker is forked: what has been read by now stays shared."""
    # Imported late: gunicorn reads this file before it knows of the portal.
    from django.db import connections
    from django.urls import get_resolver

    # Every view is read with its address; of whatever site is served: the bench serves another one beside ours.
    _read = get_resolver().reverse_dict
    connections.close_all()
    # The collector would write to every object it looks at, and so make each worker a copy of its page.
    gc.collect()
    gc.freeze()
