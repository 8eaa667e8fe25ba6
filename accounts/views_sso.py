"""Signing in to the vendor's other programs; the protocol is allauth's, the door and the memory are ours."""

from allauth.idp.oidc.internal.oauthlib.server import get_server
from allauth.idp.oidc.internal.oauthlib.utils import extract_params, respond_html_error
from allauth.idp.oidc.views import AuthorizationView
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django.views.generic import FormView
from oauthlib.oauth2.rfc6749.errors import FatalClientError, InvalidRequestError, OAuth2Error
from oauthlib.openid.connect.core.exceptions import ConsentRequired

from access.door import closed_everywhere, closed_page, person_view, public_view
from access.missing import still_there

from .sso import end_sign_on


class Authorization(AuthorizationView):
    """Asks once for a program of the vendor's own (skip_consent), each time for any other; PKCE is compulsory."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not request.user.memberships.open().exists():
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
        asked, state = info["request"], info.get("state")
        if not asked.code_challenge or asked.code_challenge_method != "S256":
            return _led_back(InvalidRequestError("PKCE with S256 is required.", state=state), info["redirect_uri"])
        is_silent = "none" in (info.get("prompt") or ()) and request.user.is_authenticated
        if is_silent and not request.user.sign_on_consents.covers(asked.client.pk, scopes):
            return _led_back(ConsentRequired(state=state), info["redirect_uri"])
        return None

    def _skip_consent(self):
        client = self._request_info["request"].client
        if self.request.user.sign_on_consents.covers(client.pk, self._scopes):
            return super()._skip_consent()
        return FormView.get(self, self.request)

    def form_valid(self, form):
        scopes = " ".join(sorted(form.cleaned_data["scopes"]))
        self.request.user.sign_on_consents.update_or_create(
            client_id=self._request_info["client_id"], defaults={"scopes": scopes}
        )
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
