"""Start everything: python -m portal.run serve | manage …

serve   the database, migrations, translations, static files, the demo company, then gunicorn and the worker.
manage  one manage.py command over the same database, such as: python -m portal.run manage -- import_erp FOLDER
"""

import argparse
import errno
import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from portal.lib.postgres import DatabaseRefused, Server
from portal.lib.processes import GUNICORN, die_with_us

ROOT = Path(__file__).resolve().parent.parent
WORKER = ["manage.py", "work"]
# They change tables, or measure with rights that daily work does not have.
OWNERS_COMMANDS = {
    "prepare_database", "migrate", "grant_app_role", "flush", "backup", "restore",
    "bench_import", "bench_downloads",
}  # fmt: skip
STOP_SECONDS = 15
LOOK_SECONDS = 5


class StartRefused(Exception):
    """Cannot start; the text says why, for people."""


def main():
    arguments = _arguments()
    # Both, also where a shell in the background has switched SIGINT off.
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, _leave)
    try:
        {"serve": serve, "manage": manage}[arguments.command](arguments)
    except (StartRefused, DatabaseRefused) as refusal:
        sys.exit(f"\n{refusal}")


def _arguments():
    parser = argparse.ArgumentParser(prog="python -m portal.run", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("DATA_DIR") or ".data"))
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("command", choices=["serve", "manage"])
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="what manage.py is given")
    return parser.parse_args()


def _leave(_signal, _frame):
    # Without this, Python dies at once and leaves the server behind.
    raise SystemExit(0)


# --- serve ---


def serve(arguments):
    data = arguments.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    own = None if os.environ.get("DATABASE_URL") else Server(data / "postgres")
    _refuse_a_taken_port(arguments.port)
    with _only_one(data), _database(own) as urls:
        environment = _environment(data, urls.daily, arguments.port)
        _prepare(environment, urls, data)
        # Setting up takes a while; somebody may have come meanwhile.
        _refuse_a_taken_port(arguments.port)
        _announce(arguments.port, environment["DEMO"] == "1")
        try:
            _supervise(environment, arguments.port, own)
        finally:
            print("Stopping.", flush=True)


def _prepare(environment, urls, data):
    with step("Tables"):
        _tables(environment, urls)
    with step("Translations"):
        _run([sys.executable, "-m", "portal.lib.translations"], environment)
    with step("Static files") as say:
        if _static_changed(data):
            _manage(environment, "publish_static")
            _static_stamp(data).write_text(_static_state())
        else:
            say("unchanged")
    if environment["DEMO"] == "1":
        with step("Demo company"):
            _manage(environment, "load_demo")


def _tables(environment, urls):
    """Bring the tables up to date as their owner, and let the role of web and worker in."""
    one_role = ["--one-role"] if urls.owner == urls.daily else []
    _manage({**environment, "DATABASE_URL": urls.owner}, "prepare_database", "--verbosity", "0", *one_role)


@contextmanager
def step(name):
    """Print a line of progress with the time it took; the block may say a word more."""
    print(f"{name:.<24} ", end="", flush=True)
    began, words = time.monotonic(), []
    yield words.append
    print(f"{time.monotonic() - began:5.1f} s  {' '.join(words)}", flush=True)


@contextmanager
def _only_one(data):
    with open(data / "run.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartRefused(
                f"A portal is already running over {data}. Stop it first, or use another DATA=…"
            ) from None
        yield


def _refuse_a_taken_port(port):
    """localhost is two addresses, and browsers try the second one first: what listens there would get our visitors."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
        except OSError as error:
            # Elsewhere there may be no IPv6, or a port that only root may take, which gunicorn says itself.
            if error.errno == errno.EADDRINUSE:
                raise StartRefused(
                    f"Port {port} is taken by another program. Use another one: make run PORT=…"
                ) from None


@dataclass
class Urls:
    """Two ways into the database: owner makes the tables; daily is what web, worker and most commands connect as."""

    owner: str
    daily: str


@contextmanager
def _database(own):
    """The Urls to use: those that are set, or those of our own server, which runs meanwhile."""
    if own is None:
        daily = os.environ["DATABASE_URL"]
        yield Urls(os.environ.get("DATABASE_OWNER_URL") or daily, daily)
        return
    with ExitStack() as stack:
        with step("Database"):
            owner = stack.enter_context(own.running())
        yield Urls(owner, own.url(role=os.environ.get("APP_DB_ROLE") or "portal_app"))


def _environment(data, url, port):
    base = {
        "DEMO": "1",
        "PORTAL_URL": f"http://localhost:{port}",
        "STATIC_ROOT": str(data / "static"),
        "DATA_DIR": str(data),
    }
    fixed = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings", "PYTHONUNBUFFERED": "1"}
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    return {**base, **inherited, **fixed, "DATA_DIR": str(data)}


def _announce(port, is_demo):
    from portal.demo.logins import LOGINS, PASSWORD

    print(f"\nThe portal is at http://localhost:{port}/   (stop with Ctrl-C)", flush=True)
    if not is_demo:
        return
    print(f"Mail of the demo: http://localhost:{port}/demo/post/")
    print(f"Logins of the demo, password {PASSWORD}")
    for login, who in LOGINS:
        print(f"  {login:<28} {who}", flush=True)


# --- the children ---


def _supervise(environment, port, own):
    """Keep web, worker and our own database alive until we are told to stop; stop web and worker together."""
    web = {**environment, "DB_POOL": environment.get("DB_POOL", "8")}
    commands = {"web": ([*GUNICORN, "--bind", f"127.0.0.1:{port}"], web), "worker": (WORKER, environment)}
    kept = [Kept(name, command, env) for name, (command, env) in commands.items()]
    looked = time.monotonic()
    try:
        while True:
            for child in kept:
                child.look()
            if own and time.monotonic() - looked > LOOK_SECONDS:
                looked = time.monotonic()
                if own.revive():
                    print("The database had died; it runs again.", flush=True)
            time.sleep(0.5)
    finally:
        running = [child.process for child in kept if child.process]
        for process in running:
            process.terminate()
        for process in running:
            _wait(process)


class Kept:
    """A child that is started again when it ends: at once the first time, with growing pauses if it keeps failing."""

    LONGEST_PAUSE, WELL_AFTER = 30, 60

    def __init__(self, name, command, environment):
        self.name, self.command, self.environment = name, command, environment
        self.process, self.began, self.failures, self.not_before = None, 0.0, 0, 0.0

    def look(self):
        """Start it if it is not running and its pause is over. Never waits: the others need looking after too."""
        if self.process and self.process.poll() is not None:
            self._bury()
        if self.process is None and time.monotonic() >= self.not_before:
            self.process, self.began = _child(self.command, self.environment), time.monotonic()

    def _bury(self):
        print(f"{self.name} ended with {self.process.returncode}; starting it again.", flush=True)
        with suppress(ProcessLookupError, PermissionError):
            # Its own children would hold the port, or work on beside the next one.
            os.killpg(self.process.pid, signal.SIGKILL)
        self.failures = 0 if time.monotonic() - self.began > self.WELL_AFTER else self.failures + 1
        self.not_before = time.monotonic() + (min(self.LONGEST_PAUSE, 2**self.failures) if self.failures > 1 else 0)
        self.process = None


def _child(command, environment):
    # A group of its own: Ctrl-C reaches only us, and we stop the children in order.
    return subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=environment, process_group=0, preexec_fn=die_with_us
    )


def _wait(child):
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


# --- helpers ---


def manage(arguments):
    data = arguments.data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    rest = [part for part in arguments.rest if part != "--"]
    own = None if os.environ.get("DATABASE_URL") else Server(data / "postgres")
    with _database(own) as urls:
        environment = _environment(data, urls.daily, arguments.port)
        _tables(environment, urls)
        if rest[:1] and rest[0] in OWNERS_COMMANDS:
            environment["DATABASE_URL"] = urls.owner
        done = subprocess.run([sys.executable, "manage.py", *rest], cwd=ROOT, env=environment)
    sys.exit(done.returncode)


def _manage(environment, *command):
    _run([sys.executable, "manage.py", *command], environment)


def _run(command, environment):
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise StartRefused(f"{' '.join(command[1:])} failed:\n{(done.stderr or done.stdout).strip()[-3000:]}")


def _static_stamp(data):
    return data / "static.stamp"


def _static_changed(data):
    stamp = _static_stamp(data)
    return (
        not (data / "static" / "staticfiles.json").exists()
        or not stamp.exists()
        or stamp.read_text() != _static_state()
    )


def _static_state():
    """A hash that changes when a static file of ours or a library changes."""
    state = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for path in sorted((ROOT / "static").rglob("*")):
        if path.is_file():
            state.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return state.hexdigest()


if __name__ == "__main__":
    main()
