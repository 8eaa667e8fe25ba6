"""Which promise of the database a write has broken; every other error is nobody's refusal and goes on."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction


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
