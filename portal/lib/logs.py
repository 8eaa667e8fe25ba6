import logging
import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from . import request_id

# Invitations, "forgotten password", addresses, the newsletter, passes, calendars: who reads such a path can use it.
TOKEN = re.compile(
    r"/(einladung|anmeldung/password/reset/key|anmeldung/confirm-email|konto/adresse|konto/newsletter|pass|kalender)"
    r"/[^/\s\"']+"
)


def without_tokens(text: str) -> str:
    return TOKEN.sub(r"/\1/…", text)


class Line(logging.Formatter):
    """A line whose traceback carries no one-time links either."""

    def formatException(self, ei: Any) -> str:
        return without_tokens(super().formatException(ei))


class JsonLine(JsonFormatter):
    """A line as one JSON object: time, level, logger, message, and the ids of the request or job it belongs to."""

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        named = {name: getattr(record, name) for name in ("page", "status", "ms") if hasattr(record, name)}
        super().add_fields(log_data, record, message_dict)
        told = {"time": log_data.pop("asctime", ""), "level": record.levelname, "logger": record.name}
        kept = {"message": log_data.get("message", "")} | (
            {"exc_info": log_data["exc_info"]} if "exc_info" in log_data else {}
        )
        log_data.clear()
        log_data.update(told | kept | request_id.current() | named)

    def formatException(self, ei: Any) -> str:
        return without_tokens(str(super().formatException(ei)))


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
