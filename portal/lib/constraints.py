"""Promises that the database keeps: which of them a write has broken, and one about texts."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import IntegrityError, transaction
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Upper

from .signs import HIDDEN_SQL


def one_line(*fields: str, name: str) -> CheckConstraint:
    """No break, control or direction sign in these columns, whichever door writes them."""
    condition = Q()
    for field in fields:
        condition &= ~Q(**{f"{field}__regex": HIDDEN_SQL})
    return CheckConstraint(condition=condition, name=name)


def broken_constraint(error: IntegrityError) -> str:
    """The name of the constraint, or of the trigger that speaks like one; "" where the database names none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


@contextmanager
def refusing(constraint: str, refusal: Exception) -> Iterator[None]:
    """A savepoint in which breaking this one constraint raises the refusal; anything else stays the error it is."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if broken_constraint(error) != constraint:
            raise
        raise refusal from error


def parts_of(table: str, *fields: str) -> list[GinIndex]:
    """Indexes by which any three letters of a field are found, as "icontains" asks for them."""
    return [GinIndex(OpClass(Upper(field), "gin_trgm_ops"), name=f"{table}_{field}_parts") for field in fields]
