"""What the worker does with the ERP's exports."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from portal.lib.each import steps
from portal.lib.sweeping import sweeps

from . import exporting, working
from .models import ErpRun

AGAIN_SECONDS = 300


# One after the other: the second would find that another import is at work.
@app.task(queue="heavy", lock="erp", name=working.TASK)
def work_on_erp(run):
    working.work_on(run)


@app.task(queue="heavy", name="make_erp_export")
def make_erp_export(export):
    exporting.make(export)


@app.periodic(cron=settings.ERP_NIGHT)
@app.task(queue="cron", queueing_lock="take_erp_night", name="take_erp_night")
def take_erp_night(timestamp):
    """The night's export, once it lies there whole; without a folder there is none."""
    if settings.ERP_FOLDER:
        steps(_take_night)


def _take_night():
    if not working.is_settled(Path(settings.ERP_FOLDER)):
        take_erp_night.configure(schedule_in={"seconds": AGAIN_SECONDS}).defer(timestamp=0)
    elif not ErpRun.objects.nights().filter(began_at__gt=timezone.now() - timedelta(hours=6)).exists():
        with transaction.atomic():
            run = working.new_run(Path(settings.ERP_FOLDER).name, ErpRun.State.PACKING, None, is_night=True)
            run.save()
            work_on_erp.defer(run=str(run.pk))


@app.periodic(cron="*/5 * * * *")
@app.task(queue="cron", queueing_lock="watch_erp_runs", name="watch_erp_runs")
@sweeps("watch_erp_runs", "portal.ErpRun", "portal.ErpExport")
def watch_erp_runs(timestamp):
    """Runs whose job is gone are broken off, and can be started again; what is old goes."""
    steps(working.mark_broken, working.forget_runs, exporting.forget)
