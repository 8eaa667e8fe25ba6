"""What the worker does for papers."""

from datetime import timedelta

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from portal.lib.days import today
from portal.lib.each import each, steps
from portal.lib.sweeping import sweeps

from .making import finish
from .models import KNOWN_YEARS, Paper

# Longer than the job's own tries take.
MISSING_AFTER = timedelta(minutes=40)


@app.task(queue="papers", retry=RetryStrategy(max_attempts=6, exponential_wait=4), name="make_paper")
def make_paper(paper):
    finish(paper)


@app.periodic(cron="51 * * * *")
@app.task(queue="papers", queueing_lock="papers_by_date", name="papers_by_date")
@sweeps("papers_by_date", "portal.Paper")
def papers_by_date(timestamp):
    run()


def run():
    """Papers whose job was lost are made; files go after their time, and at last what was known of them."""
    steps(make_missing, forget_files, forget_papers)


def make_missing():
    each(Paper.objects.filter(made_at=None, asked_at__lt=timezone.now() - MISSING_AFTER), _make)


def _make(paper):
    finish(paper.pk)


def forget_files():
    each(Paper.objects.over(), _forget_file)


def _forget_file(paper):
    storage, name = paper.file.storage, paper.file.name
    Paper.objects.filter(pk=paper.pk).update(file="")
    # Last: where the storage refuses, the row is as before.
    storage.delete(name)


def forget_papers():
    Paper.objects.filter(made_at__year__lt=today().year - KNOWN_YEARS).delete()
