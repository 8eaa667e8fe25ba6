import secrets
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .release import Release

CODE_MINUTES = 15
CODE_TRIES = 5


def _hash(text, purpose):
    """What is stored of a token or code: a keyed hash, useless to who reads the table."""
    return salted_hmac(f"downloads.pass.{purpose}", text, algorithm="sha256").hexdigest()


class PassQuerySet(models.QuerySet):
    def with_loaded(self):
        """Adds loaded, how many downloads were counted; newest first."""
        return self.annotate(loaded=Count("downloads")).order_by("-given_at", "pk")

    def with_names(self):
        return self.select_related("release__product", "given_by", "company")

    def alive(self):
        """Neither taken back nor over."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())


class DownloadPass(models.Model):
    """A company hands one version to a technician by mail: for some days and some downloads."""

    MAX_DAYS, MAX_DOWNLOADS = 14, 20

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey(
        "accounts.Company", models.PROTECT, related_name="download_passes", verbose_name=_("company")
    )
    release = models.ForeignKey(Release, models.PROTECT, related_name="passes", verbose_name=_("version"))
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("given by"))
    name = models.CharField(_("technician"), max_length=120)
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="de")
    max_downloads = models.PositiveSmallIntegerField(_("downloads at most"), default=3)
    given_at = models.DateTimeField(pgettext_lazy("pass", "given"), default=timezone.now)
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(pgettext_lazy("pass", "taken back"), null=True, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    code_hash = models.CharField(max_length=64, blank=True, editable=False)
    code_until = models.DateTimeField(null=True, editable=False)
    code_tries = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = PassQuerySet.as_manager()

    class Meta:
        verbose_name = _("IT partner pass")
        verbose_name_plural = _("IT partner passes")
        ordering = ["-given_at"]
        indexes = [
            models.Index(fields=["company", "-given_at"], name="pass_company_newest"),
            models.Index(models.functions.Lower("email"), name="pass_email"),
        ]

    def __str__(self):
        return f"{self.release} → {self.name}"

    # --- the link and the code ---

    def new_token(self):
        """A new link; an earlier one dies. The token is returned once and stored as a hash only. Does not save."""
        token = secrets.token_urlsafe(32)
        self.token_hash = _hash(token, "token")
        return token

    @classmethod
    def find(cls, token):
        """The pass behind a link, dead ones too, or None."""
        wanted = _hash(token, "token")
        found = cls.objects.with_names().with_loaded().filter(token_hash=wanted).first()
        return found if found and constant_time_compare(found.token_hash, wanted) else None

    @classmethod
    def given_to(cls, person):
        """Passes sent to the address of a person's account, over all companies, newest first."""
        passes = cls.objects.with_names().with_loaded()
        return passes.filter(email__iexact=person.email) if person.email else passes.none()

    def new_code(self):
        """Six digits for a quarter of an hour; an earlier code dies. Does not save."""
        code = f"{secrets.randbelow(10**6):06}"
        self.code_hash, self.code_tries = _hash(f"{self.pk}:{code}", "code"), 0
        self.code_until = timezone.now() + timedelta(minutes=CODE_MINUTES)
        return code

    @property
    def awaits_code(self):
        """Whether a code was mailed that may still be typed."""
        return bool(self.code_hash) and self.code_until > timezone.now() and self.code_tries < CODE_TRIES

    def is_code(self, typed):
        return constant_time_compare(self.code_hash, _hash(f"{self.pk}:{typed}", "code"))

    # --- what became of it ---

    @property
    def state(self):
        """One of "revoked", "expired", "used", "open"; "used" needs with_loaded()."""
        if self.revoked_at:
            return "revoked"
        if self.expires_at <= timezone.now():
            return "expired"
        return "used" if self.loaded >= self.max_downloads else "open"

    @property
    def masked_email(self):
        """Enough to recognise one's own address, too little to learn a foreign one."""
        name, _at, host = self.email.partition("@")
        return f"{name[:1]}•••@{host}"

    def note(self, kind, text=""):
        self.events.create(kind=kind, text=text)


class PassEvent(models.Model):
    """One line of what happened with a pass."""

    class Kind(models.TextChoices):
        GIVEN = "given", _("given and mailed")
        SENT_AGAIN = "again", _("link mailed again")
        CODE = "code", _("code mailed")
        WRONG = "wrong", _("wrong code typed")
        OPENED = "opened", _("opened with the code")
        LOADED = "loaded", _("loaded")
        REVOKED = "revoked", pgettext_lazy("pass", "taken back")
        ENDED = "ended", _("ended with the access of who gave it")

    download_pass = models.ForeignKey(DownloadPass, models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=8, choices=Kind.choices)
    # Who did it, or the file it is about.
    text = models.CharField(_("details"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("event of a pass")
        verbose_name_plural = _("events of passes")
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%d.%m.%Y}"
