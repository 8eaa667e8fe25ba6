"""Pictures of the functions of HOMECASE: made anew of what staff upload, served behind the door."""

import hashlib

from django.core.files.base import ContentFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from PIL.Image import Image

from portal.lib.files import serve_protected, stored_as
from portal.lib.pictures import as_webp

from .models import Feature

# The longer side in pixels, twice what the page shows, for dense screens.
SIDE = 1200


def keep_picture(feature: Feature, picture: Image) -> None:
    """Store a picture from read_picture() as that of a function, instead of the one it has."""
    content, size = as_webp(picture, SIDE)
    _forget_file(feature)
    feature.picture.save("picture.webp", ContentFile(content), save=False)
    feature.picture_sha256 = hashlib.sha256(content).hexdigest()
    feature.picture_width, feature.picture_height = size
    feature.save()


def take_away(feature: Feature) -> None:
    """Leave a function without a picture."""
    _forget_file(feature)
    feature.picture, feature.picture_sha256 = "", ""
    feature.save()


def _forget_file(feature: Feature) -> None:
    storage, name = feature.picture.storage, stored_as(feature.picture)
    if name:
        transaction.on_commit(lambda: storage.delete(name))


def serve_picture(request: HttpRequest, feature: Feature | None, sha256: str) -> HttpResponseBase:
    """Answer with the picture whose hash begins so. Raises Http404."""
    if feature is None or not feature.picture or sha256 != feature.picture_sha256[:16]:
        raise Http404
    answer = serve_protected(
        request, feature.picture, name="homecase.webp", sha256=feature.picture_sha256, in_page=True
    )
    answer.headers["Content-Type"] = "image/webp"
    answer.headers["Content-Disposition"] = "inline"
    # Under this address it never changes; only the browser of who may see it keeps it.
    answer.headers["Cache-Control"] = "private, max-age=2592000, immutable"
    return answer
