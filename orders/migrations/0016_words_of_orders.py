import django.db.models.deletion
from django.db import migrations, models

# What an order is found by stands in one text, spelt as portal.lib.searching spells it (its BETWEEN is taken out of
# the squeezed one): a search then reads a company's texts where it spelt five fields of each order and line anew.
FORWARD = r"""
create function orders_spelt(said text) returns text immutable parallel safe language sql as $$
    select case when octet_length(said) = length(said) then lower(said) else
        replace(replace(replace(replace(lower(normalize(said)), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ß', 'ss') end
$$;

create function orders_keep_words(ids uuid[]) returns void language sql as $$
    insert into orders_orderwords (order_id, company_id, spelt, squeezed)
    select o.id, o.company_id, w.spelt, translate(w.spelt, U&' -./_\00A0\00AD\2010\2011\2013', '')
    from orders_order o, lateral (
        select orders_spelt(concat_ws(E'\n', o.number, o.reference, o.orderer_name, (
            select string_agg(concat_ws(E'\n', l.article_number, l.name), E'\n' order by l.position)
            from orders_orderline l where l.order_id = o.id
        ))) as spelt offset 0
    ) w
    where o.id = any (ids)
    on conflict (order_id) do update
        set company_id = excluded.company_id, spelt = excluded.spelt, squeezed = excluded.squeezed
$$;

create function orders_words_of_new() returns trigger language plpgsql as $$ begin
    perform orders_keep_words(array(select id from touched));
    return null;
end $$;
create function orders_words_of_changed() returns trigger language plpgsql as $$ begin
    perform orders_keep_words(array[new.id]);
    return null;
end $$;
create function orders_words_gone() returns trigger language plpgsql as $$ begin
    delete from orders_orderwords where order_id in (select id from touched);
    return null;
end $$;
create function orders_words_of_lines() returns trigger language plpgsql as $$ begin
    perform orders_keep_words(array(select distinct order_id from touched));
    return null;
end $$;
create function orders_words_of_line() returns trigger language plpgsql as $$ begin
    perform orders_keep_words(array[old.order_id, new.order_id]);
    return null;
end $$;

create trigger orders_words_new after insert on orders_order
    referencing new table as touched for each statement execute function orders_words_of_new();
create trigger orders_words_changed after update of number, company_id, reference, orderer_name on orders_order
    for each row when ((old.number, old.company_id, old.reference, old.orderer_name)
        is distinct from (new.number, new.company_id, new.reference, new.orderer_name))
    execute function orders_words_of_changed();
create trigger orders_words_gone after delete on orders_order
    referencing old table as touched for each statement execute function orders_words_gone();
create trigger orders_line_words_new after insert on orders_orderline
    referencing new table as touched for each statement execute function orders_words_of_lines();
create trigger orders_line_words_changed after update of order_id, article_number, name on orders_orderline
    for each row when ((old.order_id, old.article_number, old.name)
        is distinct from (new.order_id, new.article_number, new.name))
    execute function orders_words_of_line();
create trigger orders_line_words_gone after delete on orders_orderline
    referencing old table as touched for each statement execute function orders_words_of_lines();
"""
BACK = """
drop trigger orders_line_words_gone on orders_orderline;
drop trigger orders_line_words_changed on orders_orderline;
drop trigger orders_line_words_new on orders_orderline;
drop trigger orders_words_gone on orders_order;
drop trigger orders_words_changed on orders_order;
drop trigger orders_words_new on orders_order;
drop function orders_words_of_line();
drop function orders_words_of_lines();
drop function orders_words_gone();
drop function orders_words_of_changed();
drop function orders_words_of_new();
drop function orders_keep_words(uuid[]);
drop function orders_spelt(text);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0018_calendar_address"), ("orders", "0015_orders_to_accept")]

    operations = [
        migrations.CreateModel(
            name="OrderWords",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="kept_words",
                        serialize=False,
                        to="orders.order",
                    ),
                ),
                ("spelt", models.TextField()),
                ("squeezed", models.TextField()),
                (
                    "company",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.company",
                    ),
                ),
            ],
            options={"verbose_name": "words of orders", "verbose_name_plural": "words of orders"},
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
