from urllib.parse import urlsplit

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from .devices import remember
from .sessions import network_address
from .sso import origins


class PersonLanguage:
    """The person's language, else the one chosen by cookie, else German - whatever the browser was installed in."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if request.session.get("_auth_user_id") and request.user.is_authenticated:
            language = request.user.language
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def speak_to(request, person):
    """Answer a page behind a mail's link in the language of who got the mail, unless somebody is logged in."""
    if person is not None and not request.user.is_authenticated:
        translation.activate(person.language)
        request.LANGUAGE_CODE = person.language


class SessionDevice:
    """Keeps for the list of sessions from which device, and when, each was last used; devices know who logged in."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        agent = request.headers.get("User-Agent", "").replace("\0", "")[:300]
        request.session.device = network_address(request), agent
        if request.session.get(SESSION_KEY) and request.user.is_authenticated:
            request.session.seen()
        response = self.get_response(request)
        remember(request, response)
        return response


class SignOnForms:
    """Lets the forms on the way to another program's sign-in end at that program: browsers hold the redirect after a
    form against form-action. Only these pages, and only the addresses that are registered."""

    PREFIXES = ("/anmeldung/", "/identity/")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        concerned = settings.IDP_OIDC_PRIVATE_KEY and request.path_info.startswith(self.PREFIXES)
        if concerned and (allowed := origins()):
            response._csp_update = {"form-action": allowed}
        return response


class FilesAfterForms:
    """Puts a page of ours between a form and the file it leads to.

    Browsers hold every redirect after a form against form-action, and a file may lie in a store elsewhere: the login
    would stand still. Without a store, too, a download leaves the sent form on the screen. So whoever logged in, proved
    a second factor or changed the language on the way to a file gets a page that loads it by a link.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if (
            request.method == "POST"
            and response.status_code in {302, 303}
            and leads_to_file(response["Location"], request)
        ):
            return self.page_between(request, response)
        return response

    @staticmethod
    def page_between(request, response):
        language = request.user.language if request.user.is_authenticated else request.LANGUAGE_CODE
        with translation.override(language):
            page = render(request, "accounts/file_begins.html", {"address": response.url})
        # The language's cookie, for one, was set on the redirect.
        page.cookies.update(response.cookies)
        return page


def leads_to_file(address, request):
    """Whether an address is one of ours behind which a file comes."""
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure()):
        return False
    try:
        return getattr(resolve(urlsplit(address).path).func, "sends_file", False)
    except Resolver404:
        return False


class StaffSecondFactor:
    """Staff without a second factor do not get into the admin; they are led to set one up (ASVS 6.3.3)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.STAFF_NEED_SECOND_FACTOR and request.path_info.startswith(reverse("admin:index")):
            person = request.user
            if person.is_authenticated and person.is_staff and not is_mfa_enabled(person):
                messages.info(request, _("The administration opens once you have set up a second factor."))
                return redirect("mfa_index")
        return self.get_response(request)
