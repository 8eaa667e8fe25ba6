from django.db import models
from django.utils.translation import gettext_lazy as _


class Right(models.TextChoices):
    """What a switch on a membership grants. The value is the codename of the guardian permission."""

    SHOP = "use_shop", _("Shop & orders")
    DOWNLOADS = "use_downloads", _("Downloads")
    CONTRACTS = "use_contracts", _("Contract documents")
    ACCOUNT = "edit_account", _("Edit account data")
    ACCESS = "manage_access", _("Manage access")


# Recommended for licence holders and one deputy only: who switches them on for somebody else confirms it.
ADVISED = frozenset({Right.CONTRACTS.value, Right.ACCOUNT.value})
