"""The queue as a job sees it: what a job puts in belongs to the job's own transaction, as on a page."""

from typing import Any

from procrastinate import PsycopgConnector
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import connector_params
from procrastinate.contrib.django.django_connector import DjangoConnector


class WorkerConnector(PsycopgConnector):
    """procrastinate's own for the worker's loop; jobs put new ones in through Django's connection.

    Its own would commit them at once: another lane takes such a job before the row that it is about can be seen, finds
    nothing, and the letter is lost.
    """

    def get_sync_connector(self) -> BaseConnector:
        return DjangoConnector()


def put_jobs_into_their_transaction(app: Any) -> None:
    """From here on every worker of this app does."""
    app.connector.get_worker_connector = lambda: WorkerConnector(kwargs=connector_params())
