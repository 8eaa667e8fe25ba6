"""The page behind a pass's link. Opening it changes nothing; mail scanners open links too."""

from functools import wraps

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.door import person_view, public_view
from portal.lib.files import begins_download, sends_file, serve_protected
from portal.lib.refusals import told

from ..forms import CodeForm
from ..models import DownloadPass
from ..models.passes import CODE_MINUTES
from ..passing import (
    PassRefused,
    check_open,
    count_pass_download,
    mail_pass_code,
    send_pass_again,
    type_pass_code,
)

# After the code the files may be loaded for so long; a download that has begun is not cut by it.
OPEN_SECONDS = 12 * 3600
OPENED = "opened_passes"


def with_pass(view):
    """Finds request.download_pass by the token; a page that says why when there is none or it is closed."""

    @wraps(view)
    def found(request, token, **kwargs):
        request.download_pass = DownloadPass.find(token)
        try:
            if request.download_pass is None:
                raise PassRefused(_("The link is not complete, or a newer one was sent."))
            check_open(request.download_pass)
            response = view(request, token, **kwargs)
        except PassRefused as refusal:
            response = _closed(request, str(refusal))
        # The link is a key: its path must not travel on. "no-referrer" would break the check of forms.
        response.headers["Referrer-Policy"] = "strict-origin"
        return response

    return found


def _closed(request, reason):
    status = 404 if request.download_pass is None else 410
    return render(request, "downloads/pass_closed.html", {"reason": reason}, status=status)


def _is_opened(request):
    until = request.session.get(OPENED, {}).get(str(request.download_pass.pk), 0)
    return until > timezone.now().timestamp()


@public_view
@with_pass
def pass_open(request, token):
    """Ask for the code, type it, then the files."""
    given, form = request.download_pass, CodeForm(request.POST if "code" in request.POST else None)
    if request.method == "POST" and not _is_opened(request):
        try:
            if _sent(request, form):
                return redirect("pass_open", token)
        except PassRefused as refusal:
            form.refuse(str(refusal))
    files = given.release.files.all() if _is_opened(request) else None
    given.refresh_from_db(fields=["code_hash", "code_until", "code_tries"])
    context = {"pass": given, "form": form, "files": files, "token": token, "minutes": CODE_MINUTES}
    return render(request, "downloads/pass_open.html", context)


def _sent(request, form):
    """Mail a code, or take the typed one; whether that was it. Raises PassRefused."""
    if "code" not in request.POST:
        mail_pass_code(request.download_pass)
        return True
    if form.is_valid():
        type_pass_code(request.download_pass, form.cleaned_data["code"])
        if not request.user.is_authenticated:
            # Nobody may have planted the session that now opens the files.
            request.session.cycle_key()
        until = timezone.now().timestamp() + OPEN_SECONDS
        request.session[OPENED] = {**request.session.get(OPENED, {}), str(request.download_pass.pk): until}
    return form.is_valid()


@public_view
@with_pass
@sends_file
def pass_file(request, token, pk):
    if not _is_opened(request):
        return redirect("pass_open", token)
    file = get_object_or_404(request.download_pass.release.files, pk=pk)
    response = serve_protected(request, file.file, name=file.file_name, sha256=file.sha256)
    if begins_download(request, response):
        count_pass_download(request.download_pass, file)
    return response


@person_view
def own_passes(request):
    """All passes given to the address of one's own account, over all companies."""
    passes = DownloadPass.given_to(request.user)
    return render(request, "downloads/own_passes.html", {"passes": passes})


@require_POST
@person_view
def pass_resend(request, pk):
    given = get_object_or_404(DownloadPass.given_to(request.user), pk=pk)
    with told(request):
        send_pass_again(given, by=request.user)
        sentence = _("A new link was sent to %(mail)s. The earlier one no longer works.")
        messages.success(request, sentence % {"mail": given.email})
    return redirect("own_passes")
