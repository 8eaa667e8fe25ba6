"""The admin's pages where a file is added to a version."""

from django.contrib import admin, messages
from django.http import Http404, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.refusals import told

from .forms import UploadForm, UploadStartForm
from .uploading import (
    State,
    UploadRefused,
    begin_upload,
    receive,
    received_of,
    take_incoming,
    take_whole,
)

# What the script sends at once: small enough for the proxy's limit, large enough for a fast line.
PIECE = 8 * 1024 * 1024


class UploadPages(admin.ModelAdmin):
    """A page per version to upload a file: in pieces by the script, whole without it, or out of a folder."""

    def get_urls(self):
        def page(route, view, name):
            return path(route, self.admin_site.admin_view(view), name=f"downloads_release_{name}")

        own = [
            page("<path:object_id>/hochladen/beginnen/", self.upload_start, "upload_start"),
            page("<path:object_id>/hochladen/<uuid:upload>/", self.upload_piece, "upload_piece"),
            page("<path:object_id>/hochladen/", self.upload, "upload"),
        ]
        return own + super().get_urls()

    @admin.display(description=gettext_lazy("add a file"))
    def upload_link(self, release):
        if not release.pk:
            return _("after saving")
        url = reverse("admin:downloads_release_upload", args=[release.pk])
        return format_html('<a href="{}">{}</a>', url, _("Upload a file"))

    def _release(self, request, object_id):
        release = self.get_object(request, object_id)
        if release is None or not self.has_change_permission(request, release):
            raise Http404
        return release

    def upload(self, request, object_id):
        release = self._release(request, object_id)
        form = UploadForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            with told(request, form):
                self._take(release, form.cleaned_data, request.user)
                return self._taken(request, release)
        uploads = release.uploads.all()[:20]
        context = {**self.admin_site.each_context(request), "release": release, "form": form, "uploads": uploads}
        context |= {"title": _("Upload a file"), "opts": self.opts}
        return render(request, "admin/downloads/upload.html", context)

    def _taken(self, request, release):
        messages.success(request, _("The file was received and is being checked. It is published by itself."))
        self.log_change(request, release, _("Upload a file"))
        return redirect("admin:downloads_release_upload", release.pk)

    @staticmethod
    def _take(release, data, by):
        about = {"title": data["title"], "platform": data["platform"], "by": by}
        if data["incoming"]:
            return take_incoming(release, data["incoming"], file_name=data["file_name"], **about)
        file = data["file"]
        upload = begin_upload(release, file_name=data["file_name"], size=file.size, **about)
        return take_whole(upload, file)

    def upload_start(self, request, object_id):
        """Where to send the pieces, as JSON; for a file that was cut before, from where on."""
        release = self._release(request, object_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = UploadStartForm(request.POST)
        if not form.is_valid():
            wrong = " ".join(f"{form[name].label}: {errors[0]}" for name, errors in form.errors.items())
            return JsonResponse({"error": wrong}, status=400)
        try:
            return self._state(begin_upload(release, by=request.user, **form.cleaned_data))
        except UploadRefused as refusal:
            return JsonResponse({"error": str(refusal)}, status=refusal.status)

    def upload_piece(self, request, object_id, upload):
        """GET: how much has arrived. POST: the next piece, its bytes as the body, at ?offset=."""
        release = self._release(request, object_id)
        upload = get_object_or_404(release.uploads, pk=upload, started_by=request.user)
        try:
            upload = received_of(upload) if request.method != "POST" else self._receive(request, upload)
        except UploadRefused as refusal:
            return self._refused(upload, refusal)
        if request.method == "POST" and upload.state == State.CHECKING:
            self._taken(request, release)
        return self._state(upload)

    @staticmethod
    def _receive(request, upload):
        try:
            offset, length = int(request.GET["offset"]), int(request.META["CONTENT_LENGTH"])
        except (KeyError, ValueError):
            raise UploadRefused(_("This is not the next piece.")) from None
        # The last piece comes with the browser's own SHA-256 of the whole file.
        return receive(upload, offset, request, min(length, 2 * PIECE), sha256=request.GET.get("sha256", ""))

    def _refused(self, upload, refusal):
        facts = {} if refusal.status == 410 else self._facts(received_of(upload))
        told = {"error": str(refusal), "again": refusal.status == 408, **facts}
        return JsonResponse(told, status=refusal.status)

    def _state(self, upload):
        return JsonResponse(self._facts(upload))

    @staticmethod
    def _facts(upload):
        facts = {"received": upload.received, "piece": PIECE}
        facts["url"] = reverse("admin:downloads_release_upload_piece", args=[upload.release_id, upload.pk])
        if upload.state != State.RECEIVING:
            facts["next"] = reverse("admin:downloads_release_upload", args=[upload.release_id])
        return facts
