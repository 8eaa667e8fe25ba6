import unicodedata
import uuid

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _

from portal.lib.constraints import one_line
from portal.lib.mailboxes import meant
from portal.lib.searching import indexes_of


def new_username():
    """An opaque name for people; customers log in with their e-mail or customer number, only staff see names."""
    return f"p-{uuid.uuid4().hex[:16]}"


def composed(text):
    """ä as one sign: some keyboards send it as a and dots, and it is the same password (edge 24)."""
    return unicodedata.normalize("NFC", text) if text else text


class People(UserManager):
    def get_by_email(self, email):
        """The person of an address, in any spelling. Raises User.DoesNotExist."""
        return self.with_email(email).get()

    def with_email(self, email):
        """The one person with an address, in any spelling, as a queryset; read from the unique index."""
        return self.alias(lower_email=Lower("email")).filter(lower_email=meant(email.strip()).lower())


class User(AbstractUser):
    """A person. One e-mail address is one person, at however many companies."""

    class Salutation(models.TextChoices):
        NONE = "", _("no salutation")
        MS = "ms", _("Ms")
        MR = "mr", _("Mr")

    username = models.CharField(_("user name"), max_length=150, unique=True, default=new_username)
    email = models.EmailField(_("e-mail address"), null=True, blank=True)
    salutation = models.CharField(
        _("salutation"), max_length=4, choices=Salutation.choices, blank=True, default=Salutation.NONE
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(
        _("language"), max_length=5, choices=[("de", _("German")), ("en", _("English"))], default="de"
    )
    # Counts the links asked for with "forgotten password"; a newer one kills those before it.
    resets = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects = People()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        # Given by the vendor's administration, to others and no further than its own roles reach.
        permissions = [("make_staff", "Can make staff and give roles")]
        # For the login, which does not mind the letter case.
        indexes = [
            models.Index(Upper("username"), name="user_name_upper"),
            models.Index(fields=["last_name", "first_name", "-id"], name="user_by_name"),
            *indexes_of("user", "email", "first_name", "last_name", "username"),
        ]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            # Two people without an address must not collide, so none is NULL and never an empty text.
            models.CheckConstraint(condition=~Q(email=""), name="user_email_not_empty"),
            # Names stand in the subjects of mails and on papers.
            one_line("first_name", "last_name", name="user_names_one_line"),
        ]

    def __str__(self):
        return self.get_full_name() or self.email or self.username

    def save(self, *args, **kwargs):
        self.email = self.email or None
        super().save(*args, **kwargs)

    def set_password(self, raw_password):
        super().set_password(composed(raw_password))

    def check_password(self, raw_password):
        return super().check_password(composed(raw_password))

    def clean(self):
        super().clean()
        self.email = (self.email or "").strip() or None
