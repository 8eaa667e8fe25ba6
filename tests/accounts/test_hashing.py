"""One password is hashed at a time in a process, with hashes that are Django's own."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher
from django.test import override_settings

from accounts import hashing
from accounts.hashing import Argon2


def test_of_many_at_once_one_computes(monkeypatch):
    inside, most, guard = [0], [0], threading.Lock()

    def slow(self, password, salt):
        with guard:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        threading.Event().wait(0.01)
        with guard:
            inside[0] -= 1
        return "argon2$x"

    monkeypatch.setattr(Argon2PasswordHasher, "encode", slow)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda self, password, encoded: bool(slow(self, password, "")))
    hasher = Argon2()
    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(hasher.encode, "x", "salt") for _one in range(6)]
        done += [pool.submit(hasher.verify, "x", "argon2$x") for _one in range(6)]
        assert all(one.result() for one in done)
    assert most == [hashing.AT_ONCE]


def test_a_hash_that_fails_lets_the_next_one_in(monkeypatch):
    for _one in range(hashing.AT_ONCE + 1):
        try:
            Argon2().verify("x", "no hash")
        except Exception as error:
            assert error
    assert Argon2().verify("wort", Argon2().encode("wort", "salzsalz"))


def test_hashes_of_before_hold_and_are_not_written_anew():
    with override_settings(PASSWORD_HASHERS=["accounts.hashing.Argon2"]):
        old = Argon2PasswordHasher().encode("wort", Argon2PasswordHasher().salt())
        hasher = get_hasher("argon2")
        assert isinstance(hasher, Argon2) and hasher.verify("wort", old) and not hasher.must_update(old)
