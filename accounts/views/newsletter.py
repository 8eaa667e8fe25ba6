"""The newsletter: on and off for a person, and the two links in mails, which need no login."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from access.door import person_view, public_view

from ..middleware import speak_to
from ..models.newsletter import find_consent
from ..newsletter import ask, confirm, stop, wording
from ..sessions import network_address


@person_view
def newsletter(request):
    """What one agrees to, how it stands, and one button."""
    if request.method == "POST":
        return _switched(request)
    context = {"consent": request.user.consents.open().first(), "wording": wording()}
    return render(request, "accounts/newsletter.html", context)


def _switched(request):
    if request.POST.get("wanted") != "1":
        stop(request.user)
        messages.success(request, _("You no longer get the newsletter."))
    elif (consent := ask(request.user, network_address(request))) is None:
        messages.error(request, _("For this your account needs an e-mail address."))
    elif consent.confirmed_at is None:
        messages.success(request, _("A link is on its way to %s. Only its opening counts.") % consent.email)
    return redirect("newsletter")


@public_view
def newsletter_confirm(request, token):
    """The link in the mail shows a button, so that a scanner that opens it agrees to nothing."""
    consent = find_consent(token)
    speak_to(request, consent and consent.user)
    done = request.method == "POST" and consent is not None and confirm(consent, network_address(request))
    is_dead = not (done or (consent and consent.is_alive))
    context = {"consent": consent, "done": done, "is_dead": is_dead}
    return _private(render(request, "accounts/newsletter_confirm.html", context, status=410 if is_dead else 200))


@csrf_exempt
@public_view
def newsletter_stop(request, token):
    """Ends the newsletter without a login: by the page's button, or by the mail program's own (RFC 8058)."""
    consent = find_consent(token)
    speak_to(request, consent and consent.user)
    if consent is None:
        return _private(render(request, "accounts/newsletter_stop.html", {"consent": None}, status=404))
    if request.method == "POST":
        one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        consent.stop(consent.End.ONE_CLICK if one_click else consent.End.LINK)
    return _private(render(request, "accounts/newsletter_stop.html", {"consent": consent}))


def _private(response):
    """The path of such a page is a key and must not travel on."""
    response.headers["Referrer-Policy"] = "strict-origin"
    return response
