"""PostgreSQL's own programs, told how to reach the portal's database."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from typing import IO

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo

from portal.lib.postgres import binaries

from .refused import BackupRefused


def run(
    program: str, arguments: Sequence[str], *, stdin: IO[bytes] | None = None, stdout: IO[bytes] | None = None
) -> None:
    """Run pg_dump or pg_restore over the portal's database. Raises BackupRefused with what the program said."""
    parameters = connection.get_connection_params()
    known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()}
    # What a session is told, such as when statements end, is not for a dump; a password stands in no list of processes.
    where = {name: value for name, value in parameters.items() if name in known - {"options", "password"}}
    environment = {"PGPASSWORD": parameters["password"]} if parameters.get("password") else {}
    done = subprocess.run(
        [_path(program), "--dbname", make_conninfo(**where), *arguments],
        stdin=stdin or subprocess.DEVNULL,
        stdout=stdout or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
    )
    if done.returncode:
        raise BackupRefused(f"{program}: {done.stderr.decode(errors='replace').strip()[-800:]}")


def _path(program: str) -> str:
    """The one that came with the portal, which is the newest it was tried with; else the machine's own."""
    ours = binaries() / program
    return str(ours) if ours.exists() else shutil.which(program) or program
