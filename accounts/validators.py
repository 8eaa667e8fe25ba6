import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LEAST_LEFT = 8


class BrandWords:
    """Refuses passwords that are little more than the vendor's own words and a year (ASVS 6.2.11)."""

    def validate(self, password, user=None):
        """Raises ValidationError when less than eight letters are left without those words."""
        brand = settings.BRAND
        words = {brand["name"], brand["portal"], brand["login_prefix"], *brand["vendor"].split(), "homecase"}
        left = password.casefold()
        for word in sorted((word.casefold() for word in words if len(word) > 3), key=len, reverse=True):
            left = left.replace(word, "")
        if left != password.casefold() and len(re.sub(r"[\W\d_]", "", left)) < LEAST_LEFT:
            raise ValidationError(_("The password is little more than a name of the vendor's."), code="brand_words")

    def get_help_text(self):
        return _("Not only names of the vendor's or its programs.")
