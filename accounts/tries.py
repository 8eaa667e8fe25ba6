"""Wrong tries: who guesses is slowed, by account and by address in the network; the owner gets in all the same.

Counted by person, whatever name was typed; names that nobody has count alike. A device on which the person has logged
in before has tries of its own. The counts lie in a table that forgets by time only (portal.lib.memory).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from .devices import known_as
from .models import User
from .people import find_person, normal_name

# Of one address over all names; of one address for one account; for one account from everywhere.
ADDRESS, PAIR, ACCOUNT = "20/m/ip", "5/5m/key", "6/5m/key"
# On a device that is known; of one session that asks for the password or a code once more; codes of the second step.
DEVICE, SESSION, CODES = "5/5m/key", "5/5m/key", "5/5m/key"
# Links to set a new password; every newer one kills those before it, so others must not ask for too many.
LINKS = "5/h/key"
LIFTED_SECONDS = 30 * 60


class Taken:
    """Tries that were counted; one that turns out right is given back."""

    def __init__(self) -> None:
        self.usages: list[ratelimit.RateLimitUsage] = []

    def rollback(self) -> None:
        for usage in self.usages:
            usage.rollback()


def take_login(request: HttpRequest, name: str) -> Taken | None:
    """Count a try with a password for a login name; None when there were too many."""
    prefix = settings.BRAND["login_prefix"]
    person = find_person(name, prefix)
    who = f"person:{person.pk}" if person else f"name:{normal_name(name, prefix)}"
    if person and (device := known_as(request, person)):
        return _take(request, (DEVICE, f"{who}:{device}"))
    rates = [(ADDRESS, ""), (PAIR, f"{who}:{ratelimit.get_ip(request)}")]
    return _take(request, *rates, *([] if _is_lifted(person) else [(ACCOUNT, who)]))


def take_code(request: HttpRequest, person: User) -> Taken | None:
    """Count a code of the second step."""
    if request.user.is_authenticated:
        return take_proof(request)
    if device := known_as(request, person, fully=True):
        return _take(request, (CODES, f"code:{person.pk}:{device}"))
    rates = [(ADDRESS, ""), (CODES, f"code:{person.pk}:{ratelimit.get_ip(request)}")]
    return _take(request, *rates, *([] if _is_lifted(person) else [(CODES, f"code:{person.pk}")]))


def take_proof(request: HttpRequest) -> Taken | None:
    """Count a password or code that somebody who is logged in types once more; each session for itself."""
    return _take(request, (SESSION, f"proof:{request.session.session_key}"))


def take_link(person: User) -> bool:
    """Whether one more link to set a new password may go to a person this hour; the last one keeps working."""
    return _take(None, (LINKS, f"link:{person.pk}")) is not None


def forgive(person: User) -> None:
    """Forget what was counted for a person from everywhere: they have proved who they are by their mailbox."""
    for rate, key in [(ACCOUNT, f"person:{person.pk}"), (CODES, f"code:{person.pk}"), (LINKS, f"link:{person.pk}")]:
        ratelimit.clear(None, app="accounts", action="try", config={"try": rate}, key=key)


def lift(person: User) -> None:
    """Let a person try for half an hour whatever others do meanwhile; each address still has its own limit."""
    forgive(person)
    cache.set(f"tries-lifted:{person.pk}", True, LIFTED_SECONDS)


@dataclass(frozen=True)
class Wrong:
    """What is counted against a person from everywhere. waits_until: before it no unknown device may try, else None."""

    count: int = 0
    last: datetime | None = None
    waits_until: datetime | None = None


def wrong_tries(people: Iterable[User]) -> dict[int, Wrong]:
    """Id of a person -> what is counted against them; whom nothing is counted against is not there. One query."""
    (rate,) = ratelimit.parse_rates(ACCOUNT)
    keys, lifted = {}, {}
    for person in people:
        who = f"person:{person.pk}"
        keys[ratelimit.get_cache_key(None, app="accounts", action="try", rate=rate, key=who)] = person.pk
        lifted[f"tries-lifted:{person.pk}"] = person.pk
    found = cache.get_many([*keys, *lifted])
    free = {lifted[key] for key in found if key in lifted}
    counted = {keys[key]: _wrong(found[key], rate) for key in found if key in keys}
    told = {pk: wrong for pk, wrong in counted.items() if wrong.count}
    return {pk: replace(wrong, waits_until=None) if pk in free else wrong for pk, wrong in told.items()}


def _wrong(history: list[float], rate: ratelimit.Rate) -> Wrong:
    """history: of tries, the newest first."""
    since = timezone.now().timestamp() - rate.duration
    tries = [datetime.fromtimestamp(moment, UTC) for moment in history if moment > since]
    if not tries:
        return Wrong()
    waits = tries[rate.amount - 1] + timedelta(seconds=rate.duration) if len(tries) >= rate.amount else None
    return Wrong(len(tries), tries[0], waits)


def _is_lifted(person: User | None) -> bool:
    # Asked for nobody too: the time must not tell who exists (ASVS 6.3.8).
    return cache.get(f"tries-lifted:{person.pk if person else 0}", False)


def _take(request: HttpRequest | None, *rates: tuple[str, str]) -> Taken | None:
    """Each rate with its key, in this order: who is stopped by the first does not use up the next."""
    taken = Taken()
    for rate, key in rates:
        config = {"try": rate}
        usage = ratelimit.consume(request, app="accounts", action="try", config=config, key=key, limit_get=True)
        if usage is None:
            return None
        taken.usages.append(usage)
    return taken
