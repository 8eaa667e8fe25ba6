from django.db import migrations

# Nobody is on both sides of the counter, by whatever way they come: page, admin, import, SQL. Each trigger locks the
# person, so that a membership and the making of staff at the same moment come one after the other.
FORWARD = """
create function access_no_staff_members() returns trigger language plpgsql as $$
begin
    if (select is_staff from accounts_user where id = new.user_id for share) then
        raise exception 'person % is the vendor''s staff and cannot become a member', new.user_id
            using errcode = 'check_violation', constraint = 'membership_not_for_staff';
    end if;
    return null;
end $$;
create trigger membership_not_for_staff after insert on access_membership
    for each row execute function access_no_staff_members();
create trigger membership_not_carried_to_staff after update on access_membership
    for each row when (new.user_id <> old.user_id) execute function access_no_staff_members();

create function access_no_member_staff() returns trigger language plpgsql as $$
begin
    if exists (select 1 from access_membership where user_id = new.id) then
        raise exception 'person % is a customer''s and cannot become staff', new.id
            using errcode = 'check_violation', constraint = 'staff_not_for_members';
    end if;
    return null;
end $$;
create trigger staff_not_for_members after update on accounts_user
    for each row when (new.is_staff and not old.is_staff) execute function access_no_member_staff();
"""
BACKWARD = """
drop trigger staff_not_for_members on accounts_user;
drop function access_no_member_staff();
drop trigger membership_not_carried_to_staff on access_membership;
drop trigger membership_not_for_staff on access_membership;
drop function access_no_staff_members();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0008_forget_lines"), ("accounts", "0005_sign_on")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
