import pytest

from . import every


@pytest.fixture
def cast(acme, olga, ben):
    """Whom all mails are about."""
    return every.Cast(acme, olga, ben)
