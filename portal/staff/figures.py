"""What the vendor's first page draws: orders by week, logins by day, who uses the portal. Counted twice an hour."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from accounts.models import User
from portal.lib.days import today
from portal.models import LoginDay

WEEKS = 12
KEPT_SECONDS = 30 * 60
ACTIVE_DAYS = 90
KEY = "staff-figures"


@dataclass(frozen=True)
class Bar:
    """One week or day with its number; length: per cent of the longest."""

    day: date
    count: int
    length: int


@dataclass(frozen=True)
class Figures:
    """weeks: orders by week, the present one last; logins: by day; companies: all, invited and active ones."""

    weeks: tuple[Bar, ...]
    logins: tuple[Bar, ...]
    companies: int
    invited: int
    active: int

    @property
    def drawn(self) -> SafeString:
        """The pictures and tables; drawn once, as long as the figures are the same."""
        return _drawn(self, get_language())

    @property
    def not_yet(self) -> int:
        return self.companies - self.invited - self.active

    @property
    def active_share(self) -> int:
        return round(100 * self.active / self.companies) if self.companies else 0

    @property
    def invited_share(self) -> int:
        return round(100 * self.invited / self.companies) if self.companies else 0


@lru_cache(maxsize=8)
def _drawn(counted: Figures, language: str | None) -> SafeString:
    return render_to_string("admin/_figures.html", {"figures": counted})


def figures(user: User | AnonymousUser) -> Figures | None:
    """For who may see orders and companies; as they were at most half an hour ago."""
    if not user.has_perms(["orders.view_order", "accounts.view_company"]):
        return None
    counted = cache.get(KEY) or count()
    weeks, logins, (companies, invited, active) = counted
    return Figures(_bars(weeks), _bars(logins), companies, invited, active)


def count() -> tuple:
    """Count anew and keep it; the worker does so before it is asked for."""
    counted = _orders(), _logins(), _companies()
    cache.set(KEY, counted, KEPT_SECONDS * 2)
    return counted


def _bars(counts: list[tuple[date, int]]) -> tuple[Bar, ...]:
    longest = max((count for _day, count in counts), default=0)
    return tuple(Bar(day, count, round(100 * count / longest) if longest else 0) for day, count in counts)


def _orders() -> list[tuple[date, int]]:
    monday = today() - timedelta(days=today().weekday())
    begin = monday - timedelta(weeks=WEEKS - 1)
    sql = """
        select date_trunc('week', placed_at at time zone 'Europe/Berlin')::date, count(*)
        from orders_order where placed_at >= %s group by 1
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [timezone.make_aware(datetime.combine(begin, time.min))])
        found = dict(cursor.fetchall())
    return [(day, found.get(day, 0)) for day in (begin + timedelta(weeks=n) for n in range(WEEKS))]


def _logins() -> list[tuple[date, int]]:
    begin = today() - timedelta(days=WEEKS * 7 - 1)
    found = dict(LoginDay.objects.filter(day__gte=begin).values_list("day", "count"))
    return [(day, found.get(day, 0)) for day in (begin + timedelta(days=n) for n in range(WEEKS * 7))]


def _companies() -> tuple[int, int, int]:
    """(customers whose business goes on, of these: somebody invited but nobody in, somebody in lately)."""
    sql = """
        select count(*), count(*) filter (where was_asked and not is_active), count(*) filter (where is_active)
        from (
            select exists (select from access_membership m join access_invitation i on i.membership_id = m.id
                           where m.company_id = c.id) as was_asked,
                   exists (select from access_membership m join accounts_user u on u.id = m.user_id
                           where m.company_id = c.id and m.accepted_at is not null and u.last_login >= %s) as is_active
            from accounts_company c where c.ended_on is null
        ) as companies
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [timezone.now() - timedelta(days=ACTIVE_DAYS)])
        return cursor.fetchone()
