"""The portal as OpenID provider: what another program of the vendor's, such as HOMECASE, learns about a person."""

from urllib.parse import urlsplit

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client, Token
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from access.door import has_second_factor, rights_of

from .backchannel import address_of
from .models import User
from .tasks import tell_program

SCOPES = ["openid", "profile", "email", "companies"]


class OIDCAdapter(DefaultOIDCAdapter):
    """Claims after OpenID Connect Core 1.0, section 5; "companies" is our own."""

    scope_display = {
        "openid": _("who you are"),
        "profile": _("your name and language"),
        "email": _("your e-mail address"),
        "companies": _("the companies you work for, and what you may do there"),
    }

    def get_issuer(self):
        """From the settings, never from the Host header."""
        return settings.PORTAL_URL

    def get_user_sub(self, client, user):
        """The user name: opaque, and nobody else's after the account has gone."""
        return user.username

    def get_user_by_sub(self, client, sub):
        return User.objects.filter(username=sub, is_active=True).first()

    def get_claims(self, purpose, user, client, scopes, email=None, **kwargs):
        claims = {"sub": self.get_user_sub(client, user)}
        if "profile" in scopes:
            claims |= {"name": str(user), "given_name": user.first_name, "family_name": user.last_name}
            claims["locale"] = user.language
        if "email" in scopes and user.email:
            verified = user.emailaddress_set.filter(email__iexact=user.email, verified=True).exists()
            claims |= {"email": user.email, "email_verified": verified}
        if "companies" in scopes:
            claims["companies"] = companies_of(user)
        return claims

    def populate_server_metadata(self, data):
        data["scopes_supported"] = SCOPES
        data["claims_supported"] = ["sub", "name", "given_name", "family_name", "locale", "email", "companies"]
        data["claims_supported"] += ["auth_time", "sid"]
        data["grant_types_supported"] = ["authorization_code", "refresh_token"]
        data["response_types_supported"] = ["code"]
        data["prompt_values_supported"] = ["none", "login", "consent", "select_account"]
        data["backchannel_logout_supported"] = data["backchannel_logout_session_supported"] = True
        data.pop("device_authorization_endpoint", None)


def companies_of(person):
    """[{"number", "name", "is_holder", "rights"}] of the companies that let the person in at this moment."""
    rows = list(person.memberships.open().select_related("company").order_by("company__number"))
    strict = any(row.company.needs_second_factor for row in rows)
    may_enter = has_second_factor(person) if strict else True
    return [
        {
            "number": row.company.number,
            "name": row.company.name,
            "is_holder": row.is_holder,
            "rights": sorted(rights_of(row)),
        }
        for row in rows
        if not row.company.is_blocked and (may_enter or not row.company.needs_second_factor)
    ]


def origins():
    """Origins of the programs that may be led back to: a page with a form has to allow them (CSP form-action)."""
    uris = [uri for client in Client.objects.all() for uri in client.get_redirect_uris()]
    return sorted({f"{part.scheme}://{part.netloc}" for part in map(urlsplit, uris) if part.netloc})


@transaction.atomic
def end_sign_on(person, client=None, *, sid=None):
    """Programs lose what they hold for a person: at the next look they have to ask anew. Those that want it are told.

    client: only that program. sid: only what comes from that session (its public id).
    """
    tokens = Token.objects.filter(user=person)
    if client:
        tokens = tokens.filter(client=client)
    if sid:
        tokens = tokens.filter(data__sid=str(sid))
    for program in _concerned(person, tokens, client, sid):
        tell_program.defer(client=program.pk, sub=person.username, sid=str(sid or ""))
    tokens.delete()


def _concerned(person, tokens, client, sid):
    """Programs to be told. A session's are those with tokens of it; else all that ever knew the person by the login."""
    known = {token.client_id for token in tokens.only("client_id")}
    if not sid and not client:
        known |= set(person.sign_on_consents.values_list("client_id", flat=True))
    found = Client.objects.filter(pk__in=known | ({client.pk} if client else set()))
    return [program for program in found if address_of(program)]
