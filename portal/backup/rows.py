"""What the tables hold: how many rows each has, and which files they name."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import FileField, Model
from psycopg import sql


def tables() -> list[str]:
    """The names of all tables of the database's own schema, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1"
        )
        return [name for (name,) in cursor.fetchall()]


def counts() -> dict[str, int]:
    """{table: rows}."""
    with connection.cursor() as cursor:
        return {table: _count(cursor, table) for table in tables()}


def _count(cursor: Any, table: str) -> int:
    cursor.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(table)))
    return int(cursor.fetchone()[0])


def file_fields() -> list[tuple[type[Model], FileField]]:
    """Every column that names a file in the store."""
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, FileField) and not model._meta.proxy
    ]


def named_files() -> Iterator[str]:
    """The names of the files that rows name now, each once."""
    seen: set[str] = set()
    for model, field in file_fields():
        for name in model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True).iterator():
            if name and name not in seen:
                seen.add(name)
                yield name


def is_named(name: str) -> bool:
    """Whether a row still names this file."""
    return any(model._base_manager.filter(**{field.name: name}).exists() for model, field in file_fields())
