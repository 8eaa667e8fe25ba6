from django.db import migrations

# Web and worker may add to the log and read it. What takes lines away at the end of their retention runs with the
# owner's rights, and only ever takes those of calendar years that are over.
FORWARD = """
create function access_forget_lines(before timestamptz) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare gone bigint;
begin
    if before > date_trunc('year', now() at time zone 'Europe/Berlin') at time zone 'Europe/Berlin' then
        raise exception 'the access log keeps the lines of this year' using errcode = 'restrict_violation';
    end if;
    perform set_config('portal.retention', 'over', true);
    delete from access_accessevent where at < before;
    get diagnostics gone = row_count;
    perform set_config('portal.retention', '', true);
    return gone;
end $$;
revoke execute on function access_forget_lines(timestamptz) from public;
"""
BACKWARD = "drop function access_forget_lines(timestamptz);"


class Migration(migrations.Migration):
    dependencies = [("access", "0007_log_monthly_limit")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
