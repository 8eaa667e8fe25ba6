"""What the portal refuses to start with: keys that others know, hosts that name everybody, a demo for strangers."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

# For the demo and for debugging on this machine only.
SAMPLE_KEY = "demo-only-key-that-production-refuses"
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
SHORTEST_KEY = 50
# A key repeats itself when it holds fewer different groups of three characters; 50 random digits hold about 47.
FEWEST_GROUPS = 40
# Beginnings and fillers of keys that stand in samples and tutorials; case and signs between words do not matter.
KNOWN = (
    "demoonlykey", "djangoinsecure", "changeme", "changethis", "changeit", "replaceme", "replacethis", "secretkey",
    "yoursecret", "mysecret", "topsecret", "notsecret", "notsosecret", "supersecret", "placeholder", "insertkey",
    "akeyoffiftyandmorecharacters",
)  # fmt: skip
MAKE_ONE = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(50))'"


def secret_key(given: str, *, sample_will_do: bool) -> str:
    """The key to sign with: the one given, else the sample where that will do.

    Raises ImproperlyConfigured for none and for one that is short, known, or repeats itself.
    """
    key = given or (SAMPLE_KEY if sample_will_do else "")
    if not key:
        raise ImproperlyConfigured(f"SECRET_KEY is not set. Production starts only with a key of its own. {MAKE_ONE}")
    if not (sample_will_do and key == SAMPLE_KEY) and (reason := _weakness(key)):
        raise ImproperlyConfigured(f"SECRET_KEY {reason}. {MAKE_ONE}")
    return key


def _weakness(key: str) -> str:
    """Why others could know or guess this key, to follow its name; empty for a good one."""
    letters = "".join(sign for sign in key.lower() if sign.isalnum())
    if any(known in letters for known in KNOWN):
        return "is one that stands in samples, so everybody knows it"
    if len(key.strip()) < SHORTEST_KEY:
        return f"has {len(key.strip())} characters; it needs {SHORTEST_KEY}"
    if len({key[place : place + 3] for place in range(len(key) - 2)}) < FEWEST_GROUPS:
        return "repeats itself, so it is easily guessed"
    steps = [abs(ord(after) - ord(before)) <= 1 for before, after in zip(key, key[1:], strict=False)]
    if sum(steps) > 0.8 * len(steps):
        return "is the alphabet or a row of numbers, so it is easily guessed"
    return ""


def check_hosts(hosts: list[str], portal_url: str, *, demo: bool, debug: bool, proxies: int) -> None:
    """Raises ImproperlyConfigured where links could be made for anybody's host, or where strangers could see a demo or
    DEBUG's pages."""
    for host in map(str.strip, hosts):
        if "*" in host or (host.startswith(".") and "." not in host.strip(".")):
            raise ImproperlyConfigured(
                f'ALLOWED_HOSTS names "{host}", which is everybody. Name the portal\'s own hosts.'
            )
    here = {*LOOPBACK, "testserver"}
    if demo and not set(hosts) <= here:
        raise ImproperlyConfigured("DEMO=1 is for this machine only: ALLOWED_HOSTS may name nothing but localhost.")
    if debug and not set(hosts) <= here:
        raise ImproperlyConfigured("DEBUG=1 is for this machine only: ALLOWED_HOSTS may name nothing but localhost.")
    if debug and (proxies or urlsplit(portal_url).hostname not in {"localhost", "127.0.0.1", "::1"}):
        raise ImproperlyConfigured("DEBUG=1 is for this machine only: no proxy in front, and PORTAL_URL on localhost.")
