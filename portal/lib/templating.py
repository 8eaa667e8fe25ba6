"""Templates as people read them and pages as they travel."""

import re

from django.template import Origin
from django.template.loaders import filesystem

INDENTATION = re.compile(r"\n[ \t]+")


class Loader(filesystem.Loader):
    """Our templates, of whose pages the indentation stays here: it is for whoever reads the template.

    Lines stay lines, so that what Django says about an error names the right one. Texts (mails) are left alone.
    """

    def get_contents(self, origin: Origin) -> str:
        contents = super().get_contents(origin)
        return INDENTATION.sub("\n", contents) if origin.name.endswith(".html") else contents
