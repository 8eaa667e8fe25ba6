"""Rules about texts that hold in the database, whoever writes."""

from django.db.models import CheckConstraint, Q

from .signs import HIDDEN_SQL


def one_line(*fields: str, name: str) -> CheckConstraint:
    """No break, control or direction sign in these columns, whichever door writes them."""
    condition = Q()
    for field in fields:
        condition &= ~Q(**{f"{field}__regex": HIDDEN_SQL})
    return CheckConstraint(condition=condition, name=name)
