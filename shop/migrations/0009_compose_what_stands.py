from django.db import migrations

# Only rows that would be written differently now; the generated columns follow. Names with hyphens bring the words
# they make when run together.
ROWS = """
update shop_article set number = number, name = name, description = description
where name is not normalized or description is not normalized
    or normal is distinct from shop_normal(name) or number_key is distinct from shop_number_key(number);
insert into shop_word select distinct word from shop_article,
    regexp_split_to_table(replace(shop_normal(name), '-', ''), '[^[:alnum:]]+') word
where name like '%-%' and length(word) between 4 and 60 on conflict do nothing;
"""


class Migration(migrations.Migration):
    dependencies = [("shop", "0008_searched_however_spelt")]
    operations = [migrations.RunSQL(ROWS, migrations.RunSQL.noop)]
