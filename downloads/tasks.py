"""What the worker does for downloads; a second run does nothing."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from portal.lib.clamav import ScannerAway
from portal.lib.each import steps
from portal.lib.sweeping import sweeps

from .announcing import announce_due, tell_recalls_due
from .passing import forget_technicians
from .publishing import check, forget_abandoned


@app.periodic(cron="*/5 * * * *")
@app.task(queue="cron", queueing_lock="downloads_by_time", name="downloads_by_time")
@sweeps("downloads_by_time", "downloads.Upload")
def downloads_by_time(timestamp):
    run()


def run():
    """Everything that is due."""
    steps(announce_due, tell_recalls_due, forget_abandoned, forget_technicians)


# A scanner that is away, or a disk that is full, is asked again every minute; the file waits meanwhile.
@app.task(queue="files", retry=RetryStrategy(wait=60, retry_exceptions=[ScannerAway, OSError]), name="check_upload")
def check_upload(upload):
    check(upload)
