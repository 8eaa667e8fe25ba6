from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

# Umlauts as people type them, either way. Immutable, so that a generated column may use it; unaccent() is not.
NORMAL = """
create function shop_normal(words text) returns text language sql immutable strict parallel safe as $$
    select replace(replace(replace(replace(lower(words), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ß', 'ss')
$$;
create function shop_number_key(number text) returns text language sql immutable strict parallel safe as $$
    select regexp_replace(upper(number), '[^A-Z0-9]', '', 'g')
$$;
"""
BACK = "drop function shop_normal(text); drop function shop_number_key(text);"


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [TrigramExtension(), migrations.RunSQL(NORMAL, BACK)]
