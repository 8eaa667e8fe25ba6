"""Names that hold breaks, controls or turned directions become one line."""

from django.db import migrations

HIDDEN = r"[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]"
COLUMNS = {
    "accounts_user": ["first_name", "last_name"],
    # Its name is never empty.
    "accounts_company": ["name", "name_extra"],
    # What is entered at the company once staff accept it.
    "accounts_namechange": ["new_name", "new_name_extra", "new_legal_form", "new_seat"],
}


def clean(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, columns in COLUMNS.items():
            for column in columns:
                empty = "number" if (table, column) == ("accounts_company", "name") else "''"
                tidy = f"btrim(regexp_replace({column}, %(hidden)s, ' ', 'g'))"
                cursor.execute(
                    f"update {table} set {column} = coalesce(nullif({tidy}, ''), {empty}) where {column} ~ %(hidden)s",
                    {"hidden": f"{HIDDEN}+"},
                )


class Migration(migrations.Migration):

    dependencies = [("accounts", "0007_names_in_one_line")]

    operations = [migrations.RunPython(clean, migrations.RunPython.noop)]
