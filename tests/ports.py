"""Ports for the servers of tests."""

import itertools
import os
import socket

# Below the ports that the system gives to connections going out, so that none of those is in the way a moment later;
# workers of one run, whose numbers lie close together, begin far from each other.
FIRST, COUNT = 20_000, 12_000
_numbers = itertools.count(os.getpid() * 97)


def free_port():
    """A port of this machine that nobody listens at, and that nobody else is given soon."""
    for number in _numbers:
        port = FIRST + number % COUNT
        with socket.socket() as door:
            try:
                door.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
