"""Pictures that staff upload: taken for what they are, not for what they are called, and made anew."""

import io

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ["PNG", "JPEG", "WEBP"]
MOST_BYTES = 10_000_000
MOST_PIXELS = 40_000_000


def read_picture(file: File) -> Image.Image:
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


def as_webp(picture: Image.Image, side: int, effort: int = 4) -> tuple[bytes, tuple[int, int]]:
    """(WebP, its width and height), neither side longer than so many pixels. effort: 0 (quick) to 6 (small files)."""
    smaller = picture.copy()
    smaller.thumbnail((side, side))
    out = io.BytesIO()
    smaller.save(out, "WEBP", quality=82, method=effort)
    return out.getvalue(), smaller.size
