import logging
import re
from typing import Any

# Invitations, "forgotten password", addresses, the newsletter, passes: who reads such a path can use it.
TOKEN = re.compile(
    r"/(einladung|anmeldung/password/reset/key|anmeldung/confirm-email|konto/adresse|konto/newsletter|pass)/[^/\s\"']+"
)


def without_tokens(text: str) -> str:
    return TOKEN.sub(r"/\1/…", text)


class Line(logging.Formatter):
    """A line whose traceback carries no one-time links either."""

    def formatException(self, ei: Any) -> str:
        return without_tokens(super().formatException(ei))


class HideArguments(logging.Filter):
    """Takes a job's arguments out of what the queue logs of it: they may be a login name, or a whole mail."""

    def filter(self, record: logging.LogRecord) -> bool:
        job = getattr(record, "job", None)
        if isinstance(job, dict) and "call_string" in job:
            name = f"{job.get('task_name')}[{job.get('id')}]"
            record.msg, record.args = record.getMessage().replace(job["call_string"], name), ()
            record.job = {key: value for key, value in job.items() if key != "task_kwargs"} | {"call_string": name}
        return True


class HideTokens(logging.Filter):
    """Takes one-time links out of what is logged (edge 85)."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if (hidden := without_tokens(message)) != message:
            record.msg, record.args = hidden, ()
        return True
