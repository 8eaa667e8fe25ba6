"""The worker's lanes: what may wait for what, how many at once, and how long one job may take in all."""

from dataclasses import dataclass

MINUTE, HOUR = 60, 3600


@dataclass(frozen=True)
class Lane:
    """Jobs of these queues, in a process of their own. seconds: after so long it is ended, and its job with it."""

    name: str
    queues: tuple[str, ...]
    at_once: int
    seconds: int


LANES = [
    # One letter takes a minute at most (portal.lib.mail); the rest is for a database that is slow.
    Lane("mail", ("mail", "rescue"), at_once=4, seconds=3 * MINUTE),
    Lane("papers", ("papers",), at_once=1, seconds=5 * MINUTE),
    Lane("webhooks", ("erp", "programs"), at_once=4, seconds=2 * MINUTE),
    # What days bring; and rescue a second time, for the day on which all mails hang.
    Lane("cron", ("cron", "rescue"), at_once=2, seconds=HOUR),
    # Hashing and scanning programs, exports, mails to all customers: long, one after the other.
    Lane("heavy", ("files", "heavy"), at_once=1, seconds=3 * HOUR),
]
SECONDS = {queue: lane.seconds for lane in LANES for queue in lane.queues if queue != "rescue"} | {"rescue": 3 * MINUTE}


def seconds_of(queue: str) -> int:
    """How long one job of a queue may take."""
    return SECONDS.get(queue, HOUR)
