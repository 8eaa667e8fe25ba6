from django.db import migrations

# Whoever takes the last licence holder from a company meets this, by whatever way they come: page, admin, import, SQL.
# The lock on the company makes two people who remove each other at the same moment come one after the other.
FORWARD = """
create function access_keep_last_holder() returns trigger language plpgsql as $$
begin
    perform 1 from accounts_company where id = old.company_id for update;
    if not exists (select 1 from access_membership where company_id = old.company_id and is_holder) then
        raise exception 'company % would be left without a licence holder', old.company_id
            using errcode = 'check_violation', constraint = 'membership_last_holder';
    end if;
    return null;
end $$;
create trigger membership_last_holder_stays after delete on access_membership
    for each row when (old.is_holder) execute function access_keep_last_holder();
create trigger membership_last_holder_keeps_role after update on access_membership
    for each row when (old.is_holder and (not new.is_holder or new.company_id <> old.company_id))
    execute function access_keep_last_holder();
"""
BACKWARD = """
drop trigger membership_last_holder_stays on access_membership;
drop trigger membership_last_holder_keeps_role on access_membership;
drop function access_keep_last_holder();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("accounts", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
