"""python -m portal.bench: measure the pages on the small set, with --large on the large one too; see `make bench`."""

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psycopg

from portal.bench import report
from portal.lib.postgres import Server
from portal.lib.processes import die_with_us

ROOT = Path(__file__).resolve().parent.parent.parent
# As the operations' page advises for a machine that is PostgreSQL's own.
SERVER = {
    "shared_buffers": "1GB",
    "work_mem": "32MB",
    "jit": "off",
    "max_wal_size": "8GB",
    "maintenance_work_mem": "512MB",
}


def main() -> None:
    arguments = _arguments()
    # Without this, Python dies at once and leaves the server behind.
    signal.signal(signal.SIGTERM, lambda *_told: sys.exit(1))
    with ExitStack() as stack:
        folder = arguments.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-")))
        folder.chmod(0o755) if not arguments.keep else folder.mkdir(parents=True, exist_ok=True)
        server = Server(folder / "postgres", SERVER)
        stack.enter_context(server.running("bare"))
        environment = _environment(folder)
        _manage({**environment, "DATABASE_URL": server.url("bare")}, "publish_static")
        sets = {}
        for size in ("small", "large") if arguments.large else ("small",):
            sets[size] = _measured(size, server, folder, environment, arguments.rest)
    if not arguments.rest:
        report.write(sets, _commit())
    print(report.as_text(sets, ""))
    if faults := sum(len(row["faults"]) for row in sets.get("large", {}).values()):
        sys.exit(f"{faults} plans to mend, named above.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m portal.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true", help="100,000 companies and articles, 1,000,000 orders")
    parser.add_argument("--keep", type=Path, help="a folder for the databases, used again the next time")
    parser.add_argument("rest", nargs="*", help="after --, what bench_pages is given; nothing is written down then")
    return parser.parse_args()


def _environment(folder: Path) -> dict[str, str]:
    # The settings of production, but for what needs TLS and a second factor.
    own = {
        "DJANGO_SETTINGS_MODULE": "portal.settings", "DEMO": "0", "DEBUG": "0", "HTTPS": "0",
        "STAFF_NEED_SECOND_FACTOR": "0", "ALLOWED_HOSTS": "127.0.0.1", "PORTAL_URL": "http://127.0.0.1",
        "SECRET_KEY": secrets.token_urlsafe(50), "DATA_DIR": str(folder), "STATIC_ROOT": str(folder / "static"),
    }  # fmt: skip
    return {**os.environ, **own}


def _measured(size: str, server: Server, folder: Path, environment: dict[str, str], rest: list[str]) -> report.Rows:
    database, out = f"bench_{size}", folder / f"{size}.json"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
            connection.execute(f"create database {database}")
    own = {**environment, "DATABASE_URL": server.url(database)}
    _manage(own, "migrate", "--verbosity", "0")
    postmaster = (server.cluster / "postmaster.pid").read_text().split()[0]
    more = ["--postmaster", postmaster, "--bare", server.url("bare"), "--out", str(out)]
    _manage(own, "bench_pages", size, *more, *rest)
    return json.loads(out.read_text())


def _manage(environment: dict[str, str], *command: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True, preexec_fn=die_with_us
    )


def _commit() -> str:
    said = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return said.stdout.strip() or "unknown"


if __name__ == "__main__":
    main()
