import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.utils.timezone
from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations, models

# Whichever door a document is changed through - page, admin, import, worker - its text goes with it, or goes.
FOLLOWS = """
create function contracts_text_follows() returns trigger language plpgsql as $$
begin
    if new.recalled_at is not null or new.deleted_at is not null or new.replaced_by_id is not null then
        delete from contracts_pagetext where document_id = new.id;
        delete from contracts_documenttext where document_id = new.id;
    elsif new.company_id <> old.company_id then
        update contracts_pagetext set company_id = new.company_id where document_id = new.id;
        update contracts_documenttext set company_id = new.company_id where document_id = new.id;
    end if;
    return null;
end $$;
create trigger text_follows after update of company_id, recalled_at, deleted_at, replaced_by_id on contracts_document
    for each row execute function contracts_text_follows();
"""
BACK = "drop trigger text_follows on contracts_document; drop function contracts_text_follows();"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0018_calendar_address'),
        ("contracts", "0008_publications_for_many"),
    ]

    operations = [
        BtreeGinExtension(),
        migrations.CreateModel(
            name='DocumentText',
            fields=[
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='text', serialize=False, to='contracts.document')),
                ('state', models.CharField(choices=[('read', 'with text'), ('none', 'without text'), ('locked', 'encrypted'), ('broken', 'not readable')], max_length=6, verbose_name='state')),
                ('pages', models.PositiveIntegerField(default=0, verbose_name='pages')),
                ('read_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='read')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.company')),
            ],
            options={
                'verbose_name': 'text of a document',
                'verbose_name_plural': 'texts of documents',
            },
        ),
        migrations.CreateModel(
            name='PageText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page', models.PositiveIntegerField(verbose_name='page')),
                ('text', models.TextField(verbose_name='text')),
                ('words', models.GeneratedField(db_persist=True, expression=django.contrib.postgres.search.SearchVector('text', config='german'), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('company', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.company')),
                ('document', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='page_texts', to='contracts.document')),
            ],
            options={
                'verbose_name': 'text of a page',
                'verbose_name_plural': 'texts of pages',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['company', 'words'], name='page_text_words')],
                'constraints': [models.UniqueConstraint(fields=('document', 'page'), name='page_text_once')],
            },
        ),
        migrations.RunSQL(FOLLOWS, BACK),
    ]
