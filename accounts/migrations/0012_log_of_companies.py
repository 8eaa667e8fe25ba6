from django.db import migrations

# Block, end and name of a company have their lines in the log of access, by whatever way they change: admin, message
# about the name, import, SQL. Who did it: access 0005.
FORWARD = """
create function company_log_changed() returns trigger language plpgsql as $$
begin
    execute $q$
    insert into access_accessevent (company_id, person_id, person_name, actor_kind, actor_id, actor_name, kind, detail, at)
    select n.id, null, '', a ->> 'kind', (a ->> 'id')::bigint, coalesce(a ->> 'name', ''), c.kind, c.detail,
        clock_timestamp()
    from after_it n join before_it o on o.id = n.id, access_actor() a,
    lateral (values
        (1, 'company_renamed', (o.name, o.name_extra) is distinct from (n.name, n.name_extra),
            jsonb_build_object('from', trim(o.name || ' ' || o.name_extra), 'to', trim(n.name || ' ' || n.name_extra))),
        (2, 'company_blocked', n.is_blocked and not o.is_blocked, '{}'::jsonb),
        (3, 'company_opened', o.is_blocked and not n.is_blocked, '{}'::jsonb),
        (4, 'company_ended', o.ended_on is distinct from n.ended_on,
            jsonb_build_object('from', o.ended_on, 'to', n.ended_on))
    ) as c (place, kind, holds, detail)
    where c.holds order by n.id, c.place
    $q$;
    return null;
end $$;
create trigger company_log_changed after update on accounts_company
    referencing old table as before_it new table as after_it for each statement execute function company_log_changed();
"""
BACKWARD = """
drop trigger company_log_changed on accounts_company;
drop function company_log_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_names_found_by_their_parts"), ("access", "0010_log_of_companies")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
