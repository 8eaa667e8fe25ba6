from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class SupportConfig(AppConfig):
    name = "support"
    verbose_name = _("Support module")

    def ready(self):
        from .incidents import forget
        from .models import Incident

        post_save.connect(forget, Incident)
        post_delete.connect(forget, Incident)
