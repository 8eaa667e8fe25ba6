from django.db import migrations

# The monthly limit is logged like the limit per order.
FORWARD = """
create or replace function access_log_changed() returns trigger language plpgsql as $$
begin
    execute $q$
    insert into access_accessevent (company_id, person_id, person_name, actor_kind, actor_id, actor_name, kind, detail, at)
    select n.company_id, n.user_id, access_name(u, n.invited_as, n.accepted_at), a ->> 'kind', (a ->> 'id')::bigint,
        coalesce(a ->> 'name', ''), c.kind, c.detail, clock_timestamp()
    from after_it n join before_it o on o.id = n.id left join accounts_user u on u.id = n.user_id, access_actor() a,
    lateral (values
        (1, 'accepted', o.accepted_at is null and n.accepted_at is not null, '{}'::jsonb),
        (2, 'resumed', o.suspended_at is not null and n.suspended_at is null, '{}'::jsonb),
        (3, 'suspended', o.suspended_at is null and n.suspended_at is not null, '{}'::jsonb),
        (4, 'end_changed', o.ends_on is distinct from n.ends_on,
            jsonb_build_object('from', o.ends_on, 'to', n.ends_on)),
        (5, 'limit_changed', o.order_limit is distinct from n.order_limit,
            jsonb_build_object('from', o.order_limit, 'to', n.order_limit)),
        (6, 'limit_changed', o.order_limit_month is distinct from n.order_limit_month,
            jsonb_build_object('month', true, 'from', o.order_limit_month, 'to', n.order_limit_month)),
        (7, 'function_changed', o.function <> n.function, jsonb_build_object('from', o.function, 'to', n.function)),
        (8, 'holder_named', n.is_holder and not o.is_holder, '{}'::jsonb),
        (9, 'holder_ended', o.is_holder and not n.is_holder, '{}'::jsonb),
        (10, 'main_named', n.is_main_holder and not o.is_main_holder, '{}'::jsonb)
    ) as c (place, kind, holds, detail)
    where c.holds order by n.id, c.place
    $q$;
    return null;
end $$;
"""
BACKWARD = """
create or replace function access_log_changed() returns trigger language plpgsql as $$
begin
    execute $q$
    insert into access_accessevent (company_id, person_id, person_name, actor_kind, actor_id, actor_name, kind, detail, at)
    select n.company_id, n.user_id, access_name(u, n.invited_as, n.accepted_at), a ->> 'kind', (a ->> 'id')::bigint,
        coalesce(a ->> 'name', ''), c.kind, c.detail, clock_timestamp()
    from after_it n join before_it o on o.id = n.id left join accounts_user u on u.id = n.user_id, access_actor() a,
    lateral (values
        (1, 'accepted', o.accepted_at is null and n.accepted_at is not null, '{}'::jsonb),
        (2, 'resumed', o.suspended_at is not null and n.suspended_at is null, '{}'::jsonb),
        (3, 'suspended', o.suspended_at is null and n.suspended_at is not null, '{}'::jsonb),
        (4, 'end_changed', o.ends_on is distinct from n.ends_on,
            jsonb_build_object('from', o.ends_on, 'to', n.ends_on)),
        (5, 'limit_changed', o.order_limit is distinct from n.order_limit,
            jsonb_build_object('from', o.order_limit, 'to', n.order_limit)),
        (6, 'function_changed', o.function <> n.function, jsonb_build_object('from', o.function, 'to', n.function)),
        (7, 'holder_named', n.is_holder and not o.is_holder, '{}'::jsonb),
        (8, 'holder_ended', o.is_holder and not n.is_holder, '{}'::jsonb),
        (9, 'main_named', n.is_main_holder and not o.is_main_holder, '{}'::jsonb)
    ) as c (place, kind, holds, detail)
    where c.holds order by n.id, c.place
    $q$;
    return null;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0006_order_limit_month")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
