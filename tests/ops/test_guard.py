"""Start-up refuses keys that others know or guess, hosts that name everybody, and demo or debugging for strangers."""

import string
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from portal import guard

HOME = "http://localhost:8000"


def refused(key, sample_will_do=False):
    try:
        guard.secret_key(key, sample_will_do=sample_will_do)
    except ImproperlyConfigured as refusal:
        return str(refusal)
    return ""


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=guard.SHORTEST_KEY - 1))
def test_a_short_key_is_refused(key):
    assert "needs 50" in refused(key) or "samples" in refused(key)


@given(st.text(string.ascii_letters + string.digits, min_size=1, max_size=25), st.integers(2, 60))
def test_a_repeated_key_is_refused(part, times):
    assert refused(part * times)


RANDOM = "eg0tNlAiR-K8scHhN-i5E9inZ6lPUO2wA3Y_BfjQy7RFknJEChDH1OwW9ADaaKAjfAo"


@pytest.mark.parametrize(
    "key",
    [
        "x" * 60,
        "0123456789" * 6,
        string.ascii_lowercase + string.digits + string.ascii_uppercase,
        "".join(map(chr, range(40, 120))),
        "django-insecure-" + RANDOM,
        "Change-Me!" + RANDOM,
        "my_secret_" + RANDOM,
        "a-key-of-fifty-and-more-characters-that-nobody-guesses-0123456789",
        guard.SAMPLE_KEY,
        guard.SAMPLE_KEY + guard.SAMPLE_KEY,
        " " * 30 + "abcdefgh" + " " * 30,
    ],
)
def test_a_known_or_guessable_key_is_refused(key):
    assert refused(key)


@given(st.randoms(use_true_random=True), st.sampled_from([string.digits, string.hexdigits, string.printable[:94]]))
def test_a_random_key_of_any_alphabet_will_do(chance, alphabet):
    key = "".join(chance.choices(alphabet, k=chance.randint(guard.SHORTEST_KEY, 200)))
    assert guard.secret_key(key, sample_will_do=False) == key


def test_the_sample_key_is_for_demo_and_debugging_only():
    assert guard.secret_key("", sample_will_do=True) == guard.SAMPLE_KEY
    assert refused("weak", sample_will_do=True), "a key that is given is looked at, there too"


def hosts(allowed, url=HOME, demo=False, debug=False, proxies=0):
    guard.check_hosts(allowed, url, demo=demo, debug=debug, proxies=proxies)


@pytest.mark.parametrize("host", ["*", " * ", "*.example", ".", ".de", "portal.*"])
def test_hosts_that_name_everybody_are_refused(host):
    with pytest.raises(ImproperlyConfigured, match="everybody"):
        hosts(["portal.example", host])


def test_hosts_of_ones_own_will_do():
    hosts(["portal.example", ".portal.example", "localhost"], "https://portal.example")
    hosts(guard.LOOPBACK, demo=True, debug=True)
    hosts([])


@pytest.mark.parametrize(
    "circumstances",
    [
        {"allowed": ["portal.example"]},
        {"allowed": ["localhost"], "url": "https://portal.example"},
        {"allowed": ["localhost"], "proxies": 1},
        {"allowed": ["localhost", "192.168.0.7"]},
    ],
)
def test_debugging_is_for_this_machine_only(circumstances):
    with pytest.raises(ImproperlyConfigured, match="DEBUG=1"):
        hosts(**circumstances, debug=True)


def test_no_key_stands_in_the_commands_that_are_published():
    root = Path(guard.__file__).resolve().parents[1]
    for file in ("Makefile", "Dockerfile", "compose.yaml", ".env.example"):
        for line in (root / file).read_text().splitlines():
            value = line.partition("SECRET_KEY=")[2]
            assert not value or value.startswith("$"), f"{file}: {line}"
