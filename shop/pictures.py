"""Pictures of articles: checked by what they are, not by what they are called, and cut to the sizes the pages show."""

import hashlib
import io

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.http import Http404
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from portal.lib.files import serve_protected

from .models import Picture

FORMATS = ["PNG", "JPEG", "WEBP"]
MOST_BYTES = 10_000_000
MOST_PIXELS = 40_000_000
# The longer side in pixels, twice what the page shows, for dense screens.
SIZES = {"small": 480, "large": 1200}


def read_picture(file):
    """An upload as an upright picture in RGB(A). Raises ValidationError with a sentence for people."""
    if file.size > MOST_BYTES:
        raise ValidationError(_("The picture is larger than 10 MB."))
    try:
        picture = Image.open(file, formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise ValidationError(_("The picture has more than 40 million pixels."))
        # Turned as the camera said; nothing else of what it noted is kept, above all not the place.
        upright = ImageOps.exif_transpose(picture)
        return upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValidationError(_("This is not a picture that we can read (PNG, JPEG or WebP).")) from error


def keep_picture(article, picture, text="", *, effort=4):
    """Make the sizes of a picture from read_picture() and keep them for an article. Returns the Picture.

    effort: 0 (quick) to 6 (small files).
    """
    row = Picture.objects.filter(article=article).first() or Picture(article=article)
    old = [(field.storage, field.name) for field in (row.small, row.large) if field]
    for name, side in SIZES.items():
        content = _cut(picture, side, effort)
        setattr(row, name, ContentFile(content, name="picture.webp"))
    row.sha256, row.text = hashlib.sha256(content).hexdigest(), text
    large = picture.copy()
    large.thumbnail((side, side))
    row.width, row.height = large.size
    row.save()
    for storage, name in old:
        storage.delete(name)
    return row


def _cut(picture, side, effort):
    smaller = picture.copy()
    smaller.thumbnail((side, side))
    out = io.BytesIO()
    smaller.save(out, "WEBP", quality=82, method=effort)
    return out.getvalue()


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
