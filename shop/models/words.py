from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Synonym(models.Model):
    """Words that mean the same to customers: a search for one finds the others."""

    words = models.CharField(
        _("words"), max_length=500, unique=True, help_text=_("Separated by commas: Betriebskosten, Nebenkosten")
    )

    class Meta:
        verbose_name = _("synonyms")
        verbose_name_plural = _("synonyms")
        ordering = ["words"]

    def __str__(self):
        return self.words


class Miss(models.Model):
    """A search that found nothing, counted. Nobody's name is kept, only the words."""

    text = models.CharField(_("searched for"), max_length=100, unique=True)
    count = models.PositiveIntegerField(_("times"), default=1)
    first_at = models.DateTimeField(_("first"), default=timezone.now)
    last_at = models.DateTimeField(_("last"), default=timezone.now)

    class Meta:
        verbose_name = _("search without a hit")
        verbose_name_plural = _("searches without a hit")
        ordering = ["-count", "-last_at"]
        indexes = [models.Index(fields=["-count", "-last_at"], name="miss_most")]

    def __str__(self):
        return self.text
