from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.files import stored_name

from .article import Article


class Picture(models.Model):
    """The picture of an article in the sizes the pages show, made from what staff upload (shop.pictures)."""

    article = models.OneToOneField(Article, models.CASCADE, related_name="picture", verbose_name=_("article"))
    small = models.FileField(_("small"), upload_to=stored_name("pictures"), editable=False)
    large = models.FileField(_("large"), upload_to=stored_name("pictures"), editable=False)
    # Of the large one, in pixels: the page keeps the space free.
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    text = models.CharField(
        _("what it shows"),
        max_length=200,
        blank=True,
        help_text=_("For people who do not see it; empty if it only decorates."),
    )

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def __str__(self):
        return f"{self.article_id} {self.width} × {self.height}"
