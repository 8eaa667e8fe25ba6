"""Programs that registered an address learn that a login has ended: OpenID Connect Back-Channel Logout 1.0."""

import time
import urllib.request
import uuid
from urllib.parse import urlencode

from allauth.core.internal import jwkkit
from allauth.core.internal.deferred import jwt
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client

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
    """POST it. Raises OSError where the program did not take it; a redirect is no answer."""
    body = urlencode({"logout_token": logout_token(client, sub, sid)}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(address_of(client), data=body, headers=headers, method="POST")  # noqa: S310
    with _opener.open(request, timeout=TIMEOUT_SECONDS):
        pass


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


_opener = urllib.request.build_opener(_NoRedirect)
