"""Passwords are hashed one after the other in a process: each hash takes 100 MB for as long as it lasts."""

from threading import Semaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

# Eight people who log in at the same moment would take eight times the memory of one, and no core would be the faster
# for it: a hash computes on several cores by itself.
AT_ONCE = 1
_room = Semaphore(AT_ONCE)


class Argon2(Argon2PasswordHasher):
    """Django's, with the same parameters and hashes."""

    def encode(self, password, salt):
        with _room:
            return super().encode(password, salt)

    def verify(self, password, encoded):
        with _room:
            return super().verify(password, encoded)
