from django.db import migrations

# A letter with its umlaut sign behind it (as macOS writes file names) is the same letter. Names and descriptions are
# composed whichever door they come by, so that what is made from them, words above all, is composed too; numbers stay
# as the ERP has them, only their keys are folded. Each word of a name run together with up to three after it finds
# "Online-Banking" and "Online Banking" by "onlinebanking". Functions that call another of ours know where it is, because
# analyze and a restored dump look nowhere.
FUNCTIONS = """
create or replace function shop_normal(words text) returns text language sql immutable strict parallel safe as $$
    select replace(replace(replace(replace(lower(normalize(words)), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ß', 'ss')
$$;
create or replace function shop_number_key(number text) returns text
language sql immutable strict parallel safe
return upper(regexp_replace(shop_normal(number), '[^a-z0-9]', '', 'g'));
create function shop_joined(name text) returns text language plpgsql immutable strict parallel safe
set search_path from current as $$
declare
    words text[] := regexp_split_to_array(trim(regexp_replace(shop_normal(name), '[^[:alnum:]]+', ' ', 'g')), ' ');
    found text := '';
begin
    for place in 1 .. cardinality(words) loop
        found := found || ' ' || array_to_string(words[place : place + 3], '');
    end loop;
    return found;
end $$;
create function shop_compose() returns trigger language plpgsql as $$ begin
    new.name := normalize(new.name);
    new.description := normalize(new.description);
    return new;
end $$;
create trigger shop_article_composed before insert or update on shop_article for each row
    when (new.name is not normalized or new.description is not normalized) execute function shop_compose();
create or replace function shop_keep_words() returns trigger language plpgsql as $$ begin
    insert into shop_word select distinct word from new_rows,
        regexp_split_to_table(
            shop_normal(new_rows.name) || ' ' || replace(shop_normal(new_rows.name), '-', ''), '[^[:alnum:]]+'
        ) word where length(word) between 4 and 60
    on conflict do nothing;
    return null;
end $$;
"""
BACK = """
drop trigger shop_article_composed on shop_article;
drop function shop_compose();
drop function shop_joined(text);
create or replace function shop_normal(words text) returns text language sql immutable strict parallel safe as $$
    select replace(replace(replace(replace(lower(words), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ß', 'ss')
$$;
create or replace function shop_number_key(number text) returns text language sql immutable strict parallel safe as $$
    select regexp_replace(upper(number), '[^A-Z0-9]', '', 'g')
$$;
create or replace function shop_keep_words() returns trigger language plpgsql as $$ begin
    insert into shop_word select distinct word from new_rows,
        regexp_split_to_table(shop_normal(new_rows.name), '[^[:alnum:]]+') word where length(word) between 4 and 60
    on conflict do nothing;
    return null;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("shop", "0007_parts_of_numbers")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
