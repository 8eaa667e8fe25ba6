"""Signing in to the vendor's other programs; the protocol is allauth's, the door and the memory are ours."""

import time

from allauth.idp.oidc.internal.oauthlib.server import get_server
from allauth.idp.oidc.internal.oauthlib.utils import extract_params, respond_html_error
from allauth.idp.oidc.views import AuthorizationView
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django.views.generic import FormView
from oauthlib.oauth2.rfc6749.errors import FatalClientError, InvalidRequestError, OAuth2Error
from oauthlib.openid.connect.core.exceptions import LoginRequired

from access.door import closed_everywhere, closed_page, person_view, public_view
from access.missing import still_there

from ..sso import end_sign_on
from ..sso_server import is_let_in, proved_at

# Where somebody was sent from to prove who they are, and when.
ASKED = "sign_on_asked"


def _prompts(request):
    return request.GET.get("prompt", "").split()


def must_prove(request):
    """Whether the program wants a newer proof of who somebody is than the session has."""
    max_age = request.GET.get("max_age", "")
    is_old = max_age.isdecimal() and time.time() - proved_at(request) > int(max_age)
    wants_it = is_old or {"login", "select_account"} & set(_prompts(request))
    asked = request.session.get(ASKED, {})
    has_answered = asked.get("path") == request.get_full_path() and proved_at(request) > asked["at"]
    return bool(wants_it) and not has_answered


class Authorization(AuthorizationView):
    """Asks once for a program of the vendor's own (skip_consent), each time for any other; PKCE is compulsory.

    OpenID Connect Core 1.0, section 3.1.2.1: who the program wants to prove anew who they are (prompt, max_age) is led
    to do so, and comes back here.
    """

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not is_let_in(request.user):
            if request.user.is_staff:
                raise PermissionDenied
            return closed_page(request, closed_everywhere(request.user) or "removed")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        return self._refused(request) or super().get(request, *args, **kwargs)

    def _refused(self, request):
        """The redirect that says no to a program that asks without PKCE, or silently for more than was given."""
        try:
            scopes, info = get_server().validate_authorization_request(*extract_params(request))
        except (FatalClientError, ValidationError) as error:
            response = respond_html_error(request, error=error)
            response.status_code = 400
            return response
        except OAuth2Error as error:
            return _led_back(error, error.redirect_uri)
        error = self._wrong_question(request, info)
        return _led_back(error, info["redirect_uri"]) if error else None

    def _wrong_question(self, request, info):
        asked, state = info["request"], info.get("state")
        if not asked.code_challenge or asked.code_challenge_method != "S256":
            return InvalidRequestError("PKCE with S256 is required.", state=state)
        if not request.GET.get("max_age", "0").isdecimal():
            return InvalidRequestError("max_age is a number of seconds.", state=state)
        if "none" in _prompts(request) and must_prove(request):
            return LoginRequired(state=state)
        return None

    def _login_required(self, request):
        """Overrides allauth's: proof is what was given after the question, not that somebody has been sent for it."""
        if not request.user.is_authenticated:
            return None if "none" in _prompts(request) else self._led_to(request, "account_login")
        if request.method == "GET" and "none" not in _prompts(request) and must_prove(request):
            return self._led_to(request, "account_reauthenticate")
        return None

    def _led_to(self, request, name):
        request.session[ASKED] = {"path": request.get_full_path(), "at": time.time()}
        return redirect(f"{reverse(name)}?{urlencode({'next': request.get_full_path()})}")

    def _skip_consent(self):
        client = self._request_info["request"].client
        is_given = self.request.user.sign_on_consents.covers(client.pk, self._scopes)
        if is_given and "consent" not in _prompts(self.request):
            return super()._skip_consent()
        return FormView.get(self, self.request)

    def form_valid(self, form):
        scopes = " ".join(sorted(form.cleaned_data["scopes"]))
        self.request.user.sign_on_consents.update_or_create(
            client_id=self._request_info["client_id"], defaults={"scopes": scopes}
        )
        self.request.session.pop(ASKED, None)
        return super().form_valid(form)


def _led_back(error, redirect_uri):
    response = HttpResponse(status=302)
    response.headers["Location"] = error.in_uri(redirect_uri)
    return response


@csrf_exempt
@public_view
def authorization(request):
    """OpenID Connect Core 1.0, section 3.1.2. Posts carry the token of their form all the same (allauth checks it)."""
    return Authorization.as_view()(request)


@public_view
def device_code(request):
    """Signing in by typing a code of another device is not offered."""
    raise Http404


@person_view
def sign_on_list(request):
    """Programs that know the person by this login."""
    consents = request.user.sign_on_consents.select_related("client").order_by("client__name")
    return render(request, "accounts/sign_on_list.html", {"consents": consents})


@require_POST
@person_view
def sign_on_end(request, pk):
    consents = request.user.sign_on_consents.all()
    consent = still_there(consents, "sign_on_list", _("This program does not know you any more."), pk=pk)
    end_sign_on(request.user, consent.client)
    consent.delete()
    messages.success(request, _("%s no longer knows you; it asks again at the next sign-in.") % consent.client.name)
    return redirect("sign_on_list")
