"""The figures of Prometheus: for the token only, without addresses or names, and those that the rules ask for."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as conf
from prometheus_client.parser import text_string_to_metric_families

from .. import factories as make

ROOT = Path(conf.BASE_DIR)
TOKEN = "a-token-that-only-the-test-knows"


@pytest.fixture
def scrape(settings, client, db):
    settings.METRICS_TOKEN = TOKEN
    return lambda: read(client.get("/metrics/", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode())


def read(text):
    """{(name, labels): value}."""
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}


def value(found, name, **labels):
    return found.get((name, frozenset(labels.items())), 0)


@pytest.mark.parametrize("given", ["", "Bearer wrong", TOKEN, f"Basic {TOKEN}"])
def test_without_the_token_there_is_no_such_page(client, settings, db, given):
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics/", headers={"Authorization": given}).status_code == 404


def test_without_a_token_set_nobody_gets_in(client, db, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics/", headers={"Authorization": "Bearer "}).status_code == 404


def test_requests_are_counted_by_page_and_status(scrape, as_, olga):
    before = scrape()
    as_(olga).get("/kunde/12345/konto/")
    as_(olga).get("/kunde/99999/konto/")
    after = scrape()

    def more(status):
        labels = {"page": "account", "method": "GET", "status": status}
        return value(after, "portal_requests_total", **labels) - value(before, "portal_requests_total", **labels)

    assert (more("200"), more("404")) == (1, 1)
    assert value(after, "portal_request_seconds_count", page="account") >= 2


def test_no_address_and_no_invented_method_becomes_a_label(scrape, client):
    client.get("/einladung/SECRETSECRETSECRETSECRET/")
    client.get("/nowhere/SECRETSECRETSECRETSECRET/")
    client.generic("INVENTED", "/")
    labels = str(list(scrape()))
    assert "SECRET" not in labels and "INVENTED" not in labels and "'other'" in labels


def test_state_comes_out_of_the_tables(scrape, acme, olga):
    make.OrderFactory(company=acme, ordered_by=olga)
    found = scrape()
    assert value(found, "portal_orders", state="received") == 1
    assert value(found, "portal_database_connections") >= 1 and value(found, "portal_troubles") == 0


def test_logins_and_wrong_passwords_are_counted(scrape, client, olga):
    before = scrape()
    client.post("/anmeldung/login/", {"login": olga.email, "password": "wrong wrong wrong"})
    after = scrape()
    refused = "portal_logins_total"
    assert value(after, refused, result="refused") == value(before, refused, result="refused") + 1


def names_told(scrape):
    return {name for name, _labels in scrape()}


def test_rules_and_dashboard_ask_for_figures_that_exist(scrape, client, olga, acme):
    """A figure that was renamed would leave an alarm silent for ever."""
    make.OrderFactory(company=acme, ordered_by=olga)
    client.post("/anmeldung/login/", {"login": olga.email, "password": "wrong wrong wrong"})
    told = names_told(scrape) | {"portal_queue_jobs", "portal_queue_oldest_seconds", "portal_mails"}
    for file in ("alerts.yml", "dashboard.json"):
        asked = set(re.findall(r"\bportal_\w+", (ROOT / "docker/monitoring" / file).read_text()))
        assert asked and asked <= told, f"{file}: {asked - told}"
    families = (ROOT / "portal/monitoring/metrics.py").read_text()
    assert all(f'"{name}"' in families for name in ("portal_queue_jobs", "portal_queue_oldest_seconds", "portal_mails"))
    json.loads((ROOT / "docker/monitoring/dashboard.json").read_text())


COUNT = """
import os, sys
from prometheus_client import Counter
Counter("portal_tried", "x").inc(int(sys.argv[1]))
"""


def test_the_figures_of_several_processes_are_summed(tmp_path):
    """Whichever process of a host is asked tells what all have answered."""
    run = {"env": {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PATH": ""}, "check": True, "text": True}
    for count in ("2", "3"):
        subprocess.run([sys.executable, "-c", COUNT, count], **run)
    told = subprocess.run(
        [sys.executable, "-c", "from prometheus_client import CollectorRegistry, generate_latest, multiprocess\n"
         "r = CollectorRegistry(); multiprocess.MultiProcessCollector(r); print(generate_latest(r).decode())"],
        capture_output=True, **run,
    ).stdout  # fmt: skip
    assert value(read(told), "portal_tried_total") == 5
