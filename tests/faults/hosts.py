"""nginx before two web hosts, two workers and an S3 store; one web host and one worker go while people order.

`python -m tests.faults.hosts --orders 200` says what became of everything. Whoever orders asks a second time where no
answer came, and never a third. Bounded: so many orders, two deaths, then it stops what it started.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import requests

from tests.faults import storm

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"S3_BUCKET": "files", "S3_REGION": "eu-central-1", "S3_ACCESS_KEY": "test", "S3_SECRET_KEY": "test"}


class Patient(storm.Customer):
    """Asks once more where no answer came; what a second try does not hide is an error."""

    def __init__(self, *given):
        super().__init__(*given)
        self.again, self.failed = 0, []

    def ask(self, method, path, **more):
        for is_second in (False, True):
            self.tries += 1
            self.again += is_second
            try:
                answer = self.session.request(
                    method, self.portal.base + path, timeout=120, allow_redirects=False, **more
                )
                trouble = answer.status_code if answer.status_code >= 500 else None
            except requests.RequestException as error:
                trouble = repr(error)
            if trouble is None:
                return answer
            time.sleep(0.5)
        self.failed.append((method, path, trouble))
        # It is counted; what follows needs an answer all the same.
        return super().ask(method, path, **more)


@contextmanager
def store():
    """An S3 server of its own process with an empty bucket; gives its address."""
    import boto3

    port = storm.free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        until_answers(address)
        client = boto3.client(
            "s3", endpoint_url=address, aws_access_key_id="test", aws_secret_access_key="test",
            region_name=KEYS["S3_REGION"],
        )  # fmt: skip
        client.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": KEYS["S3_REGION"]})
        yield address
    finally:
        process.terminate()
        process.wait(30)


def until_answers(address, seconds=240):
    deadline = time.monotonic() + seconds
    while True:
        try:
            if requests.get(address, timeout=20).status_code < 500:
                return
        except requests.RequestException:
            assert time.monotonic() < deadline, f"{address} does not answer"
        time.sleep(0.2)


class Front:
    """nginx over two web hosts, at .base."""

    def __init__(self, place, webs):
        from tests.ops.front import nginx_conf

        place.mkdir()
        self.port = storm.free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        both = "; server 127.0.0.1:".join(str(web.port) for web in webs)
        conf = nginx_conf(place, both, self.port, storm.free_port(), tls=False)
        self.process = subprocess.Popen(["nginx", "-c", conf, "-g", "daemon off;", "-p", place])

    def end(self):
        self.process.terminate()
        self.process.wait(30)


def play(place, environment, people, orders, say=print):
    """What became of it: {"acknowledged", "stored", "lost", "extra", "failed", "again", "requests", "killed"}.

    environment: of processes over a prepared database. people: logins of the storm's customer.
    """
    from tests.ops.webs import Process, Web

    with store() as address, ExitStack() as stack:
        own = {**environment, **KEYS, "S3_ENDPOINT": address}
        start = {"web": lambda name: Web(own | disk(place, name)), "worker": lambda name: work(own | disk(place, name))}

        def work(environment):
            return Process(["manage.py", "work"], environment)

        hosts = {f"{kind} {number}": start[kind](f"{kind} {number}") for kind in start for number in (1, 2)}
        stack.callback(lambda: [host.end() for host in hosts.values()])
        webs = [host for host in hosts.values() if isinstance(host, Web)]
        for web in webs:
            until_answers(f"{web.base}/health/")
        front = Front(place / "front", webs)
        stack.callback(front.end)
        until_answers(f"{front.base}/health/")
        placed = []
        share = [orders // len(people) + (number < orders % len(people)) for number in range(len(people))]
        crowd = [Patient(front, login, count, placed) for login, count in zip(people, share, strict=True)]
        for person in crowd:
            person.start()
        killed = _kill(hosts, crowd, placed, orders, say)
        for person in crowd:
            person.join(storm.PATIENCE)
        assert not [person.error for person in crowd if person.error], [person.error for person in crowd]
    with psycopg.connect(environment["DATABASE_URL"]) as database:
        rows = database.execute("select id from orders_order where form_key is not null").fetchall()
    stored = {str(pk) for (pk,) in rows}
    return {
        "acknowledged": len(placed), "stored": len(stored), "lost": set(placed) - stored,
        "extra": stored - set(placed), "failed": [trouble for person in crowd for trouble in person.failed],
        "again": sum(person.again for person in crowd), "requests": sum(person.tries for person in crowd),
        "killed": killed,
    }  # fmt: skip


def disk(place, name):
    """Of a host: a folder that the others never see."""
    return {"DATA_DIR": str(place / name.replace(" ", "-"))}


def _kill(hosts, crowd, placed, orders, say):
    """One web host and one worker, each while people order; who was killed."""
    killed = []
    for part, name in ((1, "web 1"), (2, "worker 1")):
        while len(placed) < part * orders // 3 and any(person.is_alive() for person in crowd):
            time.sleep(0.05)
        assert any(person.is_alive() for person in crowd), "nobody orders any more"
        hosts[name].kill()
        killed.append(name)
        say(f"{len(placed)} orders, {name} is gone")
    return killed


def main():
    from portal.lib.postgres import Server

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=200)
    orders = parser.parse_args().orders
    with tempfile.TemporaryDirectory(prefix="portal-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        place.chmod(0o755)
        with Server(place / "postgres").running() as url:
            clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
            environment = clean | {
                "DATABASE_URL": url,
                "DEMO": "1",
                "TRUSTED_PROXIES": "1",
                "STATIC_ROOT": str(place / "static"),
            }
            environment["DJANGO_SETTINGS_MODULE"] = "portal.settings"
            for command in ("prepare_database", "publish_static", "load_demo"):
                own = environment | disk(place, "first")
                subprocess.run([sys.executable, "manage.py", command], cwd=ROOT, env=own, check=True)
            began = time.monotonic()
            result = play(place, environment, storm.PEOPLE, orders)
    for name, value in result.items():
        print(f"{name}: {value}")
    print(f"seconds: {time.monotonic() - began:.0f}")
    sys.exit(bool(result["lost"] or result["extra"] or result["failed"]))


if __name__ == "__main__":
    main()
