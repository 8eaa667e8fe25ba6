"""Calling an address on the network that somebody has typed: to the place that was checked, once, and in time."""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterable
from urllib.parse import urlsplit

from .deadline import Deadline, TimeOver, watch

# Networks whose addresses carry another one: 6to4, Teredo, NAT64.
CARRIERS = [ipaddress.ip_network(name) for name in ("2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48")]
ANSWER_LIMIT = 300


class CallRefused(Exception):
    """The address is none that we call; the text says why."""


def post(
    url: str, body: bytes, headers: dict[str, str], *, seconds: float, allowed: Iterable[str] = ()
) -> tuple[int, str]:
    """POST once. Returns (status, the answer's first words); a redirect is an answer like any other, not followed.

    allowed: networks ("10.0.0.0/8") that may be called although they are not public. Raises CallRefused, OSError or
    http.client.HTTPException; after so many seconds in all an OSError.
    """
    target = urlsplit(url)
    if target.scheme not in ("http", "https") or not target.hostname:
        raise CallRefused("no address that begins with http:// or https://")
    port = target.port or (443 if target.scheme == "https" else 80)
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    with Deadline(seconds) as deadline:
        sock = _connected(_checked(_resolved(target.hostname, port, seconds), allowed), seconds)
        with sock, _secured(sock, target.hostname) if target.scheme == "https" else sock as line:
            answer = _ask(line, target.hostname, port, path, body, headers)
    if deadline.is_over:
        # An answer that was cut in its headers looks like a whole one.
        raise TimeOver(f"no end after {seconds:g} s")
    return answer


def _resolved(host: str, port: int, seconds: float) -> list[tuple[str, int]]:
    """The host's addresses. The system's resolver knows no time limit, so it is waited for no longer than allowed."""
    found: list[tuple[str, int]] = []
    trouble: list[OSError] = []

    def look() -> None:
        try:
            found.extend((str(row[4][0]), port) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            trouble.append(error if isinstance(error, OSError) else OSError(f"no host: {host!r}"))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(seconds)
    if trouble:
        raise trouble[0]
    if not found:
        raise TimeoutError(f"no answer about the name {host}")
    return list(found)


def _checked(places: list[tuple[str, int]], allowed: Iterable[str]) -> list[tuple[str, int]]:
    """The same places, of which none is inside; what is connected to is what was checked, so a second answer of the
    name's server changes nothing.
    """
    networks = _networks(allowed)
    for address, _port in places:
        if not may_call(address, networks):
            raise CallRefused(f"{address} is not a public address, and not allowed in WEBHOOK_NETWORKS")
    return places


def _networks(names: Iterable[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(name, strict=False) for name in names]


def may_call(address: str, networks: Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network] = ()) -> bool:
    """Whether an IP address is public, or in one of the networks."""
    place = ipaddress.ip_address(address.split("%")[0])
    place = getattr(place, "ipv4_mapped", None) or place
    if any(place in network for network in networks):
        return True
    return place.is_global and not place.is_multicast and not any(place in carrier for carrier in CARRIERS)


def _connected(places: list[tuple[str, int]], seconds: float) -> socket.socket:
    trouble: OSError = OSError("no address")
    for place in places:
        try:
            sock = socket.create_connection(place, timeout=seconds / len(places))
        except OSError as error:
            trouble = error
        else:
            sock.settimeout(seconds)
            watch(sock)
            return sock
    raise trouble


def _secured(sock: socket.socket, host: str) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(sock, server_hostname=host)


def _ask(sock: socket.socket, host: str, port: int, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    # http.client follows nothing and connects nowhere by itself once it has a socket.
    line = http.client.HTTPConnection(host, port)
    line.sock = sock
    line.request("POST", path, body=body, headers={**headers, "Connection": "close"})
    answer = line.getresponse()
    words = answer.read(ANSWER_LIMIT).decode(errors="replace")
    return answer.status, " ".join(words.split())
