import pytest
from django.core.management import call_command
from django.db.migrations import RunPython, RunSQL
from django.db.migrations.loader import MigrationLoader


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


OURS = {"access", "accounts", "contracts", "downloads", "orders", "portal", "shop", "support"}
FOUND = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
OWN = [migration for (app, _name), migration in sorted(FOUND.items()) if app in OURS]


def test_rows_are_changed_in_migrations_of_their_own():
    """PostgreSQL makes no index on a table whose rows the same transaction has changed: only a full table shows it."""
    kinds = {str(migration): {type(operation) for operation in migration.operations} for migration in OWN}
    assert any(RunPython in found for found in kinds.values())
    assert [name for name, found in kinds.items() if RunPython in found and found - {RunPython, RunSQL}] == []
