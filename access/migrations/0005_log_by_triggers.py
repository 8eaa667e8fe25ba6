from django.db import migrations

# Each change of a membership or a switch writes its line, by whatever way it came: page, admin, import, job, SQL.
# Who did it stands in portal.actor, set for the length of a transaction (access.log.act_as); nobody said: the portal.
# Statement triggers: an import of a hundred thousand people writes its lines in one statement too. EXECUTE plans each
# time: a plan kept from one changed row would compare every row with every other when there are thousands.
FORWARD = """
create function access_actor() returns jsonb language sql stable as $$
    select coalesce(nullif(current_setting('portal.actor', true), ''), '{"kind": "portal"}')::jsonb
$$;

create function access_name(person accounts_user, invited_as text, accepted_at timestamptz) returns text
language sql immutable as $$
    select case when accepted_at is null and invited_as <> '' then invited_as else
        left(coalesce(nullif(trim(person.first_name || ' ' || person.last_name), ''), person.email, person.username, ''), 300)
    end
$$;

create function access_log_added() returns trigger language plpgsql as $$
begin
    execute $q$
    insert into access_accessevent (company_id, person_id, person_name, actor_kind, actor_id, actor_name, kind, detail, at)
    select n.company_id, n.user_id, access_name(u, n.invited_as, n.accepted_at), a ->> 'kind', (a ->> 'id')::bigint,
        coalesce(a ->> 'name', ''), case when n.accepted_at is null then 'invited' else 'added' end,
        jsonb_strip_nulls(jsonb_build_object('holder', nullif(n.is_holder, false), 'until', n.ends_on,
            'limit', n.order_limit)), clock_timestamp()
    from added n left join accounts_user u on u.id = n.user_id, access_actor() a
    order by n.id
    $q$;
    return null;
end $$;
create trigger membership_log_added after insert on access_membership
    referencing new table as added for each statement execute function access_log_added();

create function access_log_changed() returns trigger language plpgsql as $$
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
create trigger membership_log_changed after update on access_membership
    referencing old table as before_it new table as after_it for each statement execute function access_log_changed();

create function access_log_removed() returns trigger language plpgsql as $$
begin
    execute $q$
    insert into access_accessevent (company_id, person_id, person_name, actor_kind, actor_id, actor_name, kind, detail, at)
    select o.company_id, o.user_id, access_name(u, o.invited_as, o.accepted_at), a ->> 'kind', (a ->> 'id')::bigint,
        coalesce(a ->> 'name', ''), case when o.accepted_at is null then 'withdrawn' else 'removed' end,
        jsonb_strip_nulls(jsonb_build_object('holder', nullif(o.is_holder, false))), clock_timestamp()
    from gone o left join accounts_user u on u.id = o.user_id, access_actor() a
    order by o.id
    $q$;
    return null;
end $$;
create trigger membership_log_removed after delete on access_membership
    referencing old table as gone for each statement execute function access_log_removed();

create function access_log_switched() returns trigger language plpgsql as $$
begin
    execute $q$
    insert into access_accessevent (company_id, person_id, person_name, actor_kind, actor_id, actor_name, kind, detail, at)
    select m.company_id, m.user_id, access_name(u, m.invited_as, m.accepted_at), a ->> 'kind', (a ->> 'id')::bigint,
        coalesce(a ->> 'name', ''), $1,
        jsonb_strip_nulls(jsonb_build_object('rights', r.rights, 'until', r.ends_on)), clock_timestamp()
    from (
        select t.content_object_id, t.user_id, t.ends_on, jsonb_agg(p.codename order by p.codename) as rights
        from touched t join auth_permission p on p.id = t.permission_id group by 1, 2, 3
    ) r
    join access_membership m on m.id = r.content_object_id and m.user_id = r.user_id
    left join accounts_user u on u.id = m.user_id, access_actor() a
    order by m.id
    $q$ using tg_argv[0];
    return null;
end $$;
create trigger membershipright_log_on after insert on access_membershipright
    referencing new table as touched for each statement execute function access_log_switched('switched_on');
create trigger membershipright_log_off after delete on access_membershipright
    referencing old table as touched for each statement execute function access_log_switched('switched_off');

create function access_log_stays() returns trigger language plpgsql as $$
begin
    if coalesce(current_setting('portal.retention', true), '') <> 'over' or tg_op = 'UPDATE' then
        raise exception 'the access log is append-only' using errcode = 'restrict_violation';
    end if;
    return old;
end $$;
create trigger access_event_stays before update or delete on access_accessevent
    for each row execute function access_log_stays();
"""
BACKWARD = """
drop trigger access_event_stays on access_accessevent;
drop trigger membershipright_log_off on access_membershipright;
drop trigger membershipright_log_on on access_membershipright;
drop trigger membership_log_removed on access_membership;
drop trigger membership_log_changed on access_membership;
drop trigger membership_log_added on access_membership;
drop function access_log_stays();
drop function access_log_switched();
drop function access_log_removed();
drop function access_log_changed();
drop function access_log_added();
drop function access_name(accounts_user, text, timestamptz);
drop function access_actor();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0004_log_review_takeover"), ("accounts", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
