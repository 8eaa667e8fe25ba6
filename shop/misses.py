from django.db import connection

from portal.lib.text import clean_query

LONGEST = 100
SQL = """
    insert into shop_miss (text, count, first_at, last_at) values (%s, 1, now(), now())
    on conflict (text) do update set count = shop_miss.count + 1, last_at = now()
"""


def note_miss(typed):
    """Count a search that found nothing, for staff. Neither who searched nor anything like an address is kept."""
    text = clean_query(typed).lower()[:LONGEST]
    if len(text) > 1 and "@" not in text:
        with connection.cursor() as cursor:
            cursor.execute(SQL, [text])
