"""The key that signs what the OpenID provider says."""

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def signing_key(given, *, make_in=None):
    """The PEM that is given, or stands in the file that is given; "" where there is none.

    make_in: a folder in which one is made and kept when none is given. Several processes that start at once agree on
    the first one's.
    """
    if given.startswith("-----BEGIN"):
        return given
    if given:
        return Path(given).read_text()
    if make_in is None:
        return ""
    path = make_in / "oidc-key.pem"
    if not path.exists():
        _make(path)
    return path.read_text()


def _make(path):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".oidc-{os.getpid()}.part")
    try:
        aside.write_bytes(pem)
        aside.chmod(0o600)
        # Fails where another process was quicker; its key is the one.
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink(missing_ok=True)
