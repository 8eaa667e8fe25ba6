"""Programs that registered an address learn that a login has ended: OpenID Connect Back-Channel Logout 1.0."""

import time
import uuid
from urllib.parse import urlencode

from allauth.core.internal import jwkkit
from allauth.core.internal.deferred import jwt
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client
from django.conf import settings

from portal.lib.outward import post

EVENT = "http://schemas.openid.net/event/backchannel-logout"
URI = "backchannel_logout_uri"
TIMEOUT_SECONDS = 10
# Section 2.4: "short-lived, preferably at most two minutes".
LASTS_SECONDS = 120


def address_of(client: Client) -> str:
    """Where a program wants to be told; "" if it does not."""
    return ((client.data or {}).get("client_metadata") or {}).get(URI, "")


def logout_token(client: Client, sub: str, sid: str = "") -> str:
    """The signed message that a person's login, or one session of it, has ended (section 2.4)."""
    now = int(time.time())
    claims = {"iss": get_adapter().get_issuer(), "sub": sub, "aud": client.id, "iat": now, "exp": now + LASTS_SECONDS}
    claims |= {"jti": uuid.uuid4().hex, "events": {EVENT: {}}, **({"sid": sid} if sid else {})}
    jwk, key = jwkkit.load_jwk_from_pem(get_adapter().get_signing_key().pem)
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": jwk["kid"], "typ": "logout+jwt"})


def tell(client: Client, sub: str, sid: str = "") -> None:
    """POST it, to where WEBHOOK_NETWORKS lets us, within TIMEOUT_SECONDS in all.

    Raises OSError where the program did not take it (a redirect is no answer), or as portal.lib.outward.post does.
    """
    body = urlencode({"logout_token": logout_token(client, sub, sid)}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    networks = settings.WEBHOOK_NETWORKS
    status, words = post(address_of(client), body, headers, seconds=TIMEOUT_SECONDS, allowed=networks)
    if not 200 <= status < 300:
        raise OSError(f"{status} {words}")
