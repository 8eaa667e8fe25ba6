"""What the worker does for downloads; a second run does nothing."""

from procrastinate.contrib.django import app

from .announcing import announce_due, tell_recalls_due


@app.periodic(cron="*/5 * * * *")
@app.task(queue="cron", queueing_lock="downloads_by_time", name="downloads_by_time")
def downloads_by_time(timestamp):
    run()


def run():
    """Everything that is due."""
    announce_due()
    tell_recalls_due()
