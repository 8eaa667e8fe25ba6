from django.db import migrations

# The distinct words of all articles' names, for guessing what a mistyped word was meant to be. A few thousand even
# where there are 100,000 articles. A word that no article carries any more does no harm: nothing is found for it.
WORDS = """
create table shop_word (word text primary key);
create index shop_word_near on shop_word using gin (word gin_trgm_ops);
create function shop_keep_words() returns trigger language plpgsql as $$ begin
    insert into shop_word select distinct word from new_rows,
        regexp_split_to_table(shop_normal(new_rows.name), '[^[:alnum:]]+') word where length(word) between 4 and 60
    on conflict do nothing;
    return null;
end $$;
create trigger shop_words_new after insert on shop_article referencing new table as new_rows
    for each statement execute function shop_keep_words();
create trigger shop_words_changed after update on shop_article referencing new table as new_rows
    for each statement execute function shop_keep_words();
insert into shop_word select distinct word from shop_article,
    regexp_split_to_table(shop_normal(name), '[^[:alnum:]]+') word where length(word) between 4 and 60;
"""
BACK = """
drop trigger shop_words_new on shop_article; drop trigger shop_words_changed on shop_article;
drop function shop_keep_words(); drop table shop_word;
"""


class Migration(migrations.Migration):
    dependencies = [("shop", "0005_trainings_lists_words")]
    operations = [migrations.RunSQL(WORDS, BACK)]
