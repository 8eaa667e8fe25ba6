"""Days in tests: tables that count from the day a case runs, and whole runs on days that are hard.

Tests are collected before midnight and may run after it. "make days" (python -m tests.days) sets the clock of the
tests, of their database and of all they start to such a moment, by libfaketime.
"""

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
BERLIN = ZoneInfo("Europe/Berlin")
# Each begins a little before midnight in Berlin and runs into the next day: leap day, new year, the nights in which an
# hour is missing or comes twice.
MOMENTS = ["2028-02-29 23:59", "2026-12-31 23:59", "2027-03-28 01:59", "2027-10-31 02:59"]
FOLDERS = ["access", "accounts", "contracts", "downloads", "erp", "lib", "mail", "orders", "shop", "support"]
COUNTS_DAYS = re.compile(r"\b(in_days|today|timedelta|in_months|months)\b")
# What other programs and waiting threads do with a false clock says nothing of the portal.
NEEDS_A_TRUE_CLOCK = re.compile(r"\b(threading|threads|at_once|Thread\w*|nginx|curl|utime|hypothesis)\b")
LIBRARIES = "usr/lib/*/faketime/libfaketimeMT.so.1", "usr/lib/faketime/libfaketimeMT.so.1"


def in_days(count):
    """The day so many days from today, or before it, for a field of a factory."""
    import factory

    from portal.lib.days import today

    return factory.LazyFunction(lambda: today() + dt.timedelta(days=count))


def counting():
    """The test files that count days and let no thread, file or other program look at the clock."""
    files = (path for folder in FOLDERS for path in sorted((ROOT / "tests" / folder).glob("test_*.py")))
    texts = ((path, path.read_text(encoding="utf-8")) for path in files)
    return [str(path) for path, text in texts if COUNTS_DAYS.search(text) and not NEEDS_A_TRUE_CLOCK.search(text)]


def run_at(moment, library, arguments):
    """Run the tests as if it were this moment in Berlin; returns pytest's exit code."""
    begins = dt.datetime.fromisoformat(moment).replace(tzinfo=BERLIN).astimezone(dt.UTC)
    clock = {
        "LD_PRELOAD": str(library), "TZ": "UTC", "FAKETIME": f"@{begins:%Y-%m-%d %H:%M:%S}", "FAKE_UTIME": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *arguments], cwd=ROOT, env={**os.environ, **clock}
    ).returncode


def main(arguments):
    """All moments, one after another. Returns how many failed; without libfaketime it says so and returns 0."""
    library = next((found for pattern in LIBRARIES for found in Path("/").glob(pattern)), None)
    if library is None:
        print("libfaketime is not installed here: the tests were not run on other days.")
        return 0
    arguments = arguments or counting()
    failed = []
    for moment in MOMENTS:
        print(f"As if it were {moment} in Berlin:", flush=True)
        if run_at(moment, library, ["--numprocesses", "2", "--dist", "worksteal", *arguments]):
            failed.append(moment)
    if failed:
        print(f"Failed as of {', '.join(failed)}.")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
