"""The worker's part of a request, done at once in the test's own transaction."""

import json

from django.db import connection
from procrastinate.contrib.django import app


def run_jobs(name):
    """Do the waiting jobs of one task, each once, as the worker would."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update procrastinate_jobs set status = 'succeeded' where task_name = %s and status = 'todo' "
            "returning id, args",
            [name],
        )
        jobs = sorted(cursor.fetchall())
    for _id, args in jobs:
        app.tasks[name].func(**(json.loads(args) if isinstance(args, str) else args))
