"""Paced POSTs through nginx and gunicorn as in the image: twenty people, one POST each about every two seconds.

`python -m tests.faults.posts --posts 2000` says how many were answered by what. An idle connection that is closed under
a POST would show as 502. Bounded: so many POSTs, then it stops what it started.
"""

import argparse
import os
import random
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from portal.lib.postgres import Server

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Referer": "https://portal.example/anmeldung/login/"}


def post_on(nginx, count, pause, seen):
    for _post in range(count):
        # Just around two seconds, where connections used to be closed.
        time.sleep(random.uniform(pause - 0.1, pause + 0.1))
        seen[nginx.ask("/anmeldung/login/", "POST", b"login=nobody&password=wrong", **FORM)[0]] += 1


def paced(nginx, posts, people=20, pause=2.0):
    """Counter of the statuses that were answered; None is no answer at all."""
    seen = Counter()
    crowd = [
        threading.Thread(target=post_on, args=(nginx, posts // people, pause, seen), daemon=True)
        for _person in range(people)
    ]
    for person in crowd:
        person.start()
    for person in crowd:
        person.join()
    return seen


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posts", type=int, default=2000)
    posts = parser.parse_args().posts
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    with tempfile.TemporaryDirectory(prefix="portal-", ignore_cleanup_errors=True) as place:
        os.chmod(place, 0o755)
        with Server(Path(place) / "postgres", {"fsync": "off"}).running() as url:
            os.environ["DATABASE_URL"] = url
            from tests.ops.front import running_portal

            began = time.monotonic()
            with running_portal() as (nginx, _environment):
                seen = paced(nginx, posts)
    print(f"{sum(seen.values())} POSTs in {time.monotonic() - began:.0f} s:", dict(seen))
    raise SystemExit(any(status is None or status >= 500 for status in seen))


if __name__ == "__main__":
    main()
