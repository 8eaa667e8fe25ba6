"""What is left over when nobody comes back for it: carts, misses, tokens, jobs, lines of the admin's own log."""

from datetime import timedelta

from allauth.idp.oidc.models import Token
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.utils import timezone

from portal.lib.each import each
from shop.models import Cart, Miss

CART_DAYS, MISS_DAYS, JOB_DAYS, TOKEN_DAYS = 365, 180, 60, 7
# A job that failed stays as long as staff may try it again: as its trouble does.
JOBS = """
    delete from procrastinate_jobs j
    where j.status in ('failed', 'cancelled', 'aborted', 'succeeded')
        and not exists (select from portal_trouble t where t.job = j.id)
        and not exists (select from procrastinate_events e where e.job_id = j.id and e.at >= %s)
"""


def forget_carts():
    """Carts that nobody has changed for a year."""
    each(Cart.objects.filter(changed_at__lt=_before(CART_DAYS)).only("pk"), _forget_cart)


def _forget_cart(cart):
    # Somebody may have come back to it in this moment.
    with transaction.atomic():
        if held := Cart.objects.select_for_update().filter(pk=cart.pk, changed_at__lt=_before(CART_DAYS)).first():
            held.delete()


def forget_misses():
    """Searches without a hit that have not come again for half a year."""
    Miss.objects.filter(last_at__lt=_before(MISS_DAYS)).delete()


def forget_tokens():
    """Tokens of other programs that have been over for a week."""
    Token.objects.filter(expires_at__lt=_before(TOKEN_DAYS)).delete()


def forget_jobs():
    """Jobs that ended two months ago, and are nobody's trouble."""
    with connection.cursor() as cursor:
        cursor.execute(JOBS, [_before(JOB_DAYS)])


def forget_admin_log():
    """Lines of the admin's own log, as long as those of the history are kept."""
    LogEntry.objects.filter(action_time__lt=_before(365 * settings.HISTORY_YEARS)).delete()


def _before(days):
    return timezone.now() - timedelta(days=days)
