from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone
from procrastinate.contrib.django import app

import portal.lib.mail  # noqa: F401

from .models import MailHandover

# Longer than the worker's heartbeat (10 s), so that a living worker's job is never taken from it.
STALLED_AFTER = 45


@app.periodic(cron="* * * * *")
@app.task(queue="cron", queueing_lock="rescue", pass_context=True, name="rescue")
async def rescue(context, timestamp):
    """Put jobs of workers that died back into the queue."""
    for job in await context.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        await context.app.job_manager.retry_job(job)


@app.periodic(cron="27 3 * * *")
@app.task(queue="cron", queueing_lock="forget_mail", name="forget_mail")
def forget_mail(timestamp):
    """Who was mailed when is forgotten after a month; what is unclear stays until staff decide."""
    old = MailHandover.objects.filter(at__lt=timezone.now() - timedelta(days=30))
    old.exclude(state=MailHandover.State.UNCLEAR).delete()


@app.periodic(cron="*/20 * * * *")
@app.task(queue="cron", queueing_lock="forget_remembered", name="forget_remembered")
def forget_remembered(timestamp):
    """Wrong tries, used codes and the like go when their time is over, and never before."""
    cache.forget()
