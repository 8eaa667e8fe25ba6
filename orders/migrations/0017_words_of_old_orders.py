from django.db import migrations

PIECE = 5000
FILL = "select orders_keep_words(%s)"
NEXT = """
    select company_id, id from orders_order where (company_id, id) > (%s, %s) order by company_id, id limit %s
"""


def fill(apps, schema_editor):
    """In pieces, each for itself; what is written meanwhile has its words by the triggers.

    Company by company: their texts are read together, and lie side by side then.
    """
    with schema_editor.connection.cursor() as cursor:
        last = (0, "00000000-0000-0000-0000-000000000000")
        while True:
            cursor.execute(NEXT, [*last, PIECE])
            if not (orders := cursor.fetchall()):
                return
            cursor.execute(FILL, [[pk for _company, pk in orders]])
            last = orders[-1]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("orders", "0016_words_of_orders")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
