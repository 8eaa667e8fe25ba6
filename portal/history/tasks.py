"""What the worker does for the history."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from portal.lib.sweeping import sweeps

from .models import Change

AT_ONCE = 20_000


@app.periodic(cron="17 3 * * *")
@app.task(queue="cron", queueing_lock="forget_changes", name="forget_changes")
@sweeps("forget_changes", "portal.Change")
def forget_changes(timestamp):
    """Lines past their time go, some at a time, so that nobody waits for them."""
    before = timezone.now() - timedelta(days=365 * settings.HISTORY_YEARS)
    while keys := list(Change.objects.filter(at__lt=before).values_list("pk", flat=True)[:AT_ONCE]):
        Change.objects.filter(pk__in=keys).delete()
