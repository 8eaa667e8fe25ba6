"""A web process loads what pages need; what makes papers belongs to the worker."""

import os
import subprocess
import sys

from .test_container import PRODUCTION, ROOT

WORKERS_OWN = {"typst", "facturx", "pypdf", "lxml"}


def test_web_processes_do_not_load_what_makes_papers():
    keep = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "DATA_DIR") if name in os.environ}
    code = "import portal.wsgi, django.urls, sys; django.urls.get_resolver().url_patterns; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**keep, **PRODUCTION}, capture_output=True, text=True, check=True
    )
    assert "portal.urls" in done.stdout.split()
    assert not WORKERS_OWN & set(done.stdout.split())
