"""Pictures of articles: checked by what they are, not by what they are called, and cut to the sizes the pages show."""

import hashlib

from django.core.files.base import ContentFile
from django.http import Http404

from portal.lib.files import serve_protected
from portal.lib.pictures import as_webp

from .models import Picture

# The longer side in pixels, twice what the page shows, for dense screens.
SIZES = {"small": 480, "large": 1200}


def keep_picture(article, picture, text="", *, effort=4):
    """Make the sizes of a picture from read_picture() and keep them for an article. Returns the Picture.

    effort: 0 (quick) to 6 (small files).
    """
    row = Picture.objects.filter(article=article).first() or Picture(article=article)
    old = [(field.storage, field.name) for field in (row.small, row.large) if field]
    for name, side in SIZES.items():
        content, size = as_webp(picture, side, effort)
        setattr(row, name, ContentFile(content, name="picture.webp"))
    row.sha256, row.text = hashlib.sha256(content).hexdigest(), text
    row.width, row.height = size
    row.save()
    for storage, name in old:
        storage.delete(name)
    return row


def serve_picture(request, article, size, sha256):
    """Answer with a picture of an article that the caller has checked. Raises Http404."""
    picture = getattr(article, "picture", None)
    if picture is None or size not in SIZES or sha256 != picture.sha256[:16]:
        raise Http404
    name, sha256 = f"{article.number}.webp", picture.sha256 + size
    answer = serve_protected(request, getattr(picture, size), name=name, sha256=sha256, in_page=True)
    answer.headers["Content-Type"] = "image/webp"
    answer.headers["Content-Disposition"] = "inline"
    # Under this address it never changes; only the browser of who may see it keeps it.
    answer.headers["Cache-Control"] = "private, max-age=2592000, immutable"
    return answer
