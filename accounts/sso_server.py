"""What allauth's OpenID provider leaves open: where a token comes from, and with what it ends."""

import hashlib
import time

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.idp.oidc.internal.oauthlib import request_validator as allauth_validator
from allauth.idp.oidc.internal.oauthlib.utils import get_validator_context
from allauth.idp.oidc.models import Token
from django.core.cache import cache
from django.http import HttpRequest

from .models import Session, User
from .sessions import public_id_of

# What every token remembers of the login it comes from.
ORIGIN = ("auth_time", "sid", "code")
# Longer than any refresh token lives that is not renewed.
USED_SECONDS = 31 * 24 * 3600


def proved_at(request: HttpRequest) -> float:
    """When the person last proved who they are in this session, in seconds since 1970."""
    records = get_authentication_records(request, request.user)
    if records:
        return records[-1]["at"]
    return request.session.row.created_at.timestamp() if request.session.row else time.time()


def is_let_in(person: User) -> bool:
    """Whether any company lets the person in: who works for none, or for blocked ones only, signs in nowhere."""
    return person.memberships.open().filter(company__is_blocked=False).exists()


class Validator(allauth_validator.OAuthLibRequestValidator):
    """Codes and tokens know their login. One for each request, so that it may remember."""

    origin: dict = {}

    def validate_redirect_uri(self, client_id, redirect_uri, request, *args, **kwargs):
        """As it was registered, sign by sign (OpenID Connect Core 1.0, section 3.1.2.1)."""
        return redirect_uri in request.client.get_redirect_uris()

    def validate_silent_authorization(self, request):
        consents = context.request.user.sign_on_consents
        return consents.covers(request.client.pk, request.scopes)

    def save_authorization_code(self, client_id, code, request, *args, **kwargs):
        sid = public_id_of(context.request)
        code = dict(code, auth_time=int(proved_at(context.request)), sid=str(sid) if sid else "")
        super().save_authorization_code(client_id, code, request, *args, **kwargs)

    def validate_code(self, client_id, code, client, request, *args, **kwargs):
        """False for a code that was used, whose tokens end with that (RFC 6749, section 4.1.2), or that has outlived
        its login."""
        if person := cache.get(_used(client_id, code)):
            _end_tokens_of(code, person)
            return False
        found = self._lookup_authorization_code(request, client_id, code)
        if not found or not super().validate_code(client_id, code, client, request, *args, **kwargs):
            return False
        self.origin = {"auth_time": found["code"]["auth_time"], "sid": found["code"]["sid"], "code": _digest(code)}
        return is_let_in(request.user) and Session.objects.alive().filter(public_id=self.origin["sid"]).exists()

    def confirm_redirect_uri(self, client_id, code, redirect_uri, client, request, *args, **kwargs):
        """The last question about a code: of two that come at once, one gets it."""
        if not super().confirm_redirect_uri(client_id, code, redirect_uri, client, request, *args, **kwargs):
            return False
        if cache.add(_used(client_id, code), request.user.pk, USED_SECONDS):
            return True
        _end_tokens_of(code, request.user.pk)
        return False

    def validate_refresh_token(self, refresh_token, client, request, *args, **kwargs):
        if not super().validate_refresh_token(refresh_token, client, request, *args, **kwargs):
            return False
        said = get_validator_context().refresh_token.data or {}
        self.origin = {name: said[name] for name in ORIGIN if name in said}
        return is_let_in(request.user)

    def validate_bearer_token(self, token, scopes, request):
        known = super().validate_bearer_token(token, scopes, request)
        return known and (request.user is None or is_let_in(request.user))

    def finalize_id_token(self, id_token, token, token_handler, request):
        id_token |= {name: self.origin[name] for name in ("auth_time", "sid") if self.origin.get(name)}
        return super().finalize_id_token(id_token, token, token_handler, request)

    def _prep_access_token(self, ctx, token, request):
        return self._born(super()._prep_access_token(ctx, token, request))

    def _prep_refresh_token(self, ctx, refresh_token, request):
        return self._born(super()._prep_refresh_token(ctx, refresh_token, request))

    def _born(self, token):
        token.data = (token.data or {}) | self.origin
        return token


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()


def _used(client_id: str, code: str) -> str:
    return f"sign-on-code-used:{client_id}:{_digest(code)}"


def _end_tokens_of(code: str, person: int) -> None:
    Token.objects.filter(user_id=person, data__code=_digest(code)).delete()
