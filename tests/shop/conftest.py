import pytest

from shop import catalogue, search


@pytest.fixture(autouse=True)
def nothing_kept():
    """What a process keeps for minutes does not pass from test to test."""
    search.forget_synonyms()
    catalogue._kept.clear()
    yield
    search.forget_synonyms()
    catalogue._kept.clear()
