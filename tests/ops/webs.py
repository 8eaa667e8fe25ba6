"""Web processes and workers over a database of a test, started one by one, and people who order there."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import pytest
import requests
from django.contrib.auth.hashers import make_password

from accounts.models import User

from .. import factories as make
from ..faults import storm
from .front import ROOT, free_port
from .test_worker import until

# Long: other work may hold up the machine.
UP_SECONDS = 240


def environment_here(data, **more):
    """Of a process over this test's database, with a folder of its own."""
    from django.db import connection

    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    own = {"DATABASE_URL": url, "DEMO": "1", "DEBUG": "1", "ALLOWED_HOSTS": "localhost,127.0.0.1"}
    return {**os.environ, **own, "DATA_DIR": str(data), **more}


class Process:
    """A process with a group of its own, as those of one machine go together."""

    def __init__(self, command, environment, root=ROOT):
        self.process = subprocess.Popen([sys.executable, *command], cwd=root, env=environment, start_new_session=True)

    def kill(self):
        """kill -9 of all of it."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait(20)
        self.kill()


class Web(Process):
    """gunicorn with one process, at .base."""

    def __init__(self, environment, root=ROOT):
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        command = ["-m", "gunicorn", "portal.wsgi", "--threads", "8", "--no-control-socket", "--log-level", "error"]
        command += ["--bind", f"127.0.0.1:{self.port}", "--keep-alive", "75"]
        super().__init__(command, {"DB_POOL": "6", "PORTAL_URL": self.base, **environment}, root)

    def is_up(self):
        with suppress(requests.RequestException):
            return requests.get(f"{self.base}/health/", timeout=20).status_code == 200
        return False


@contextmanager
def running(*started):
    """Wait until those that answer pages do; end them all."""
    try:
        for process in started:
            if isinstance(process, Web):
                until(process.is_up, UP_SECONDS)
        yield started
    finally:
        for process in started:
            process.end()


@pytest.fixture
def people(acme, ben, olga, deniz):
    """Logins of three who may order the storm's article; their password is the storm's too."""
    make.TermsFactory()
    make.ArticleFactory(number=storm.ARTICLE, fits=[acme.licences.get().product], list_price=100)
    # In the form of today: two logins at once that both renew an old one would end each other's session.
    stored = make_password(storm.PASSWORD, hasher="argon2")
    User.objects.filter(pk__in=[person.pk for person in (ben, olga, deniz)]).update(password=stored)
    return [person.email for person in (ben, olga, deniz)]
