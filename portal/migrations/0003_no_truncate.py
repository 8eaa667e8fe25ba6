from django.db import migrations

# Row triggers do not see TRUNCATE: it would empty the log, or take memberships away without a line in it. For everybody,
# the owner of the tables too, who would have to drop the trigger first.
TABLES = [
    "access_accessevent",
    "access_membership",
    "access_membershipright",
    "accounts_newsletterconsent",
    "contracts_acceptance",
    "contracts_deletionreport",
    "contracts_documentopening",
    "downloads_download",
    "downloads_passevent",
    "orders_orderevent",
]
FUNCTION = """
create function portal_no_truncate() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: it is never emptied', tg_table_name using errcode = 'restrict_violation';
end $$;
"""
TRIGGER = (
    "create trigger {0}_stays_filled before truncate on {0} for each statement execute function portal_no_truncate();"
)
FORWARD = FUNCTION + "\n".join(TRIGGER.format(table) for table in TABLES)
BACKWARD = "\n".join(f"drop trigger {table}_stays_filled on {table};" for table in TABLES) + (
    "\ndrop function portal_no_truncate();"
)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0002_mail_handover"),
        ("access", "0008_forget_lines"),
        ("accounts", "0004_own_account"),
        ("contracts", "0003_recall_retention_subprocessors"),
        ("downloads", "0006_upload_refused"),
        ("orders", "0003_lines_grants_erp"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
