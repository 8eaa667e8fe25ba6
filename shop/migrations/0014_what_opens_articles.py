from django.db import migrations

PIECE = 2000


def fill(apps, schema_editor):
    """In pieces, each for itself: no article is locked for longer than its piece takes."""
    with schema_editor.connection.cursor() as cursor:
        last = 0
        while True:
            cursor.execute("select id from shop_article where id > %s order by id limit %s", [last, PIECE])
            if not (ids := [pk for (pk,) in cursor.fetchall()]):
                return
            cursor.execute("select shop_keep_opens(%s)", [ids])
            cursor.execute("update shop_article set joined = '' where id = any(%s) and joined = ''", [ids])
            last = ids[-1]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0013_opens")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
