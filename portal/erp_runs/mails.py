from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.lib.letters import send_letter

from .models import ErpRun


def mail_alarm(run: ErpRun) -> None:
    """To the desk that looks after the ERP's exports (ERP_ALARM_MAIL): the night's export looks wrong."""
    url = settings.PORTAL_URL + reverse("admin:portal_erprun_change", args=[run.pk])
    send_letter(
        "portal/mail/erp_alarm.txt",
        settings.ERP_ALARM_MAIL,
        "de",
        lambda: _("The ERP's export of this night wants a look"),
        {"run": run, "what": run.get_alarm_display() if run.alarm else run.problem, "url": url},
    )
