import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# What opens an article is kept as an array of keys (FitKey) on its row: a page then compares two short arrays where it
# joined licences with all rows of Fit. The article's row is locked first, so that of two who change its fits at once the
# second sees what the first has written. shop.keeping lets only these functions write what is derived.
FUNCTIONS = """
create function shop_keep_opens(ids bigint[]) returns void language plpgsql as $$ begin
    perform from shop_article where id = any(ids) order by id for update;
    insert into shop_fitkey (product_id, min_seats, needs_care, from_day)
        select distinct product_id, min_seats, needs_care, from_day from shop_article_fits
        where article_id = any(ids) order by 1, 2, 3, 4
        on conflict do nothing;
    perform set_config('shop.keeping', 'on', true);
    update shop_article a set opens = kept.opens, is_bound = kept.is_bound from (
        select wanted.id,
            array(
                select k.id from shop_article_fits f join shop_fitkey k on k.product_id = f.product_id
                    and k.min_seats = f.min_seats and k.needs_care = f.needs_care
                    and k.from_day is not distinct from f.from_day
                where f.article_id = wanted.id order by k.id
            ) as opens,
            exists (select from shop_article_requires where from_article_id = wanted.id)
                or exists (select from shop_article_excludes where from_article_id = wanted.id) as is_bound
        from unnest(ids) wanted (id)
    ) kept where a.id = kept.id and (a.opens, a.is_bound) is distinct from (kept.opens, kept.is_bound);
    perform set_config('shop.keeping', '', true);
end $$;

create function shop_fits_changed() returns trigger language plpgsql as $$ begin
    perform shop_keep_opens(array(select distinct article_id from touched order by 1));
    return null;
end $$;
create function shop_fits_moved() returns trigger language plpgsql as $$ begin
    perform shop_keep_opens(
        array(select article_id from before_it union select article_id from after_it order by 1)
    );
    return null;
end $$;
create function shop_bound_changed() returns trigger language plpgsql as $$ begin
    perform shop_keep_opens(array(select distinct from_article_id from touched order by 1));
    return null;
end $$;
create function shop_bound_moved() returns trigger language plpgsql as $$ begin
    perform shop_keep_opens(
        array(select from_article_id from before_it union select from_article_id from after_it order by 1)
    );
    return null;
end $$;

create trigger shop_fits_new after insert on shop_article_fits referencing new table as touched
    for each statement execute function shop_fits_changed();
create trigger shop_fits_gone after delete on shop_article_fits referencing old table as touched
    for each statement execute function shop_fits_changed();
create trigger shop_fits_moved after update on shop_article_fits
    referencing old table as before_it new table as after_it
    for each statement execute function shop_fits_moved();
create trigger shop_requires_new after insert on shop_article_requires referencing new table as touched
    for each statement execute function shop_bound_changed();
create trigger shop_requires_gone after delete on shop_article_requires referencing old table as touched
    for each statement execute function shop_bound_changed();
create trigger shop_requires_moved after update on shop_article_requires
    referencing old table as before_it new table as after_it
    for each statement execute function shop_bound_moved();
create trigger shop_excludes_new after insert on shop_article_excludes referencing new table as touched
    for each statement execute function shop_bound_changed();
create trigger shop_excludes_gone after delete on shop_article_excludes referencing old table as touched
    for each statement execute function shop_bound_changed();
create trigger shop_excludes_moved after update on shop_article_excludes
    referencing old table as before_it new table as after_it
    for each statement execute function shop_bound_moved();

-- Whoever saves an article that was read before its fits changed would write back what it opened then.
create function shop_guard_opens() returns trigger language plpgsql as $$ begin
    if coalesce(current_setting('shop.keeping', true), '') <> 'on' then
        new.opens := case when tg_op = 'UPDATE' then old.opens else '{}' end;
        new.is_bound := case when tg_op = 'UPDATE' then old.is_bound else false end;
    end if;
    return new;
end $$;
-- A search compared with shop_joined(name), made anew for each row that it looked at.
create function shop_keep_joined() returns trigger language plpgsql as $$ begin
    new.joined := shop_joined(new.name);
    return new;
end $$;
create trigger shop_article_joined before insert or update on shop_article for each row
    execute function shop_keep_joined();
create trigger shop_opens_kept_new before insert on shop_article for each row
    when (new.opens <> '{}' or new.is_bound) execute function shop_guard_opens();
create trigger shop_opens_kept before update on shop_article for each row
    when ((new.opens, new.is_bound) is distinct from (old.opens, old.is_bound)) execute function shop_guard_opens();
"""
BACK = """
drop trigger shop_article_joined on shop_article;
drop function shop_keep_joined();
drop trigger shop_opens_kept on shop_article;
drop trigger shop_opens_kept_new on shop_article;
drop trigger shop_fits_new on shop_article_fits;
drop trigger shop_fits_gone on shop_article_fits;
drop trigger shop_fits_moved on shop_article_fits;
drop trigger shop_requires_new on shop_article_requires;
drop trigger shop_requires_gone on shop_article_requires;
drop trigger shop_requires_moved on shop_article_requires;
drop trigger shop_excludes_new on shop_article_excludes;
drop trigger shop_excludes_gone on shop_article_excludes;
drop trigger shop_excludes_moved on shop_article_excludes;
drop function shop_fits_changed(), shop_fits_moved(), shop_bound_changed(), shop_bound_moved(), shop_guard_opens(),
    shop_keep_opens(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial"), ("shop", "0012_found_as_they_are_spelt")]

    operations = [
        migrations.AddField("article", "opens", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_default=[], default=list, editable=False, size=None)),
        migrations.AddField("article", "joined", models.TextField(db_default="", default="", editable=False)),
        migrations.AddField("article", "is_bound", models.BooleanField(db_default=False, default=False, editable=False)),
        migrations.CreateModel(
            name="FitKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("min_seats", models.PositiveIntegerField()),
                ("needs_care", models.CharField(blank=True, choices=[("", "not needed"), ("any", "SPV or UPV"), ("SPV", "SPV")], max_length=3)),
                ("from_day", models.DateField(null=True)),
                ("product", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="fit_keys", to="contracts.product")),
            ],
            options={
                "verbose_name": "fit",
                "verbose_name_plural": "fits",
                "constraints": [models.UniqueConstraint(fields=("product", "min_seats", "needs_care", "from_day"), name="fit_key_once", nulls_distinct=False)],
            },
        ),
        migrations.RunSQL(FUNCTIONS, BACK),
    ]
