from procrastinate.contrib.django import app

import portal.lib.mail  # noqa: F401

# Longer than the worker's heartbeat (10 s), so that a living worker's job is never taken from it.
STALLED_AFTER = 45


@app.periodic(cron="* * * * *")
@app.task(queue="cron", queueing_lock="rescue", pass_context=True, name="rescue")
async def rescue(context, timestamp):
    """Put jobs of workers that died back into the queue."""
    for job in await context.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        await context.app.job_manager.retry_job(job)
