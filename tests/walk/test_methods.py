"""An address that only takes what a form sends says so on a page, to whoever opens it by a reload or a bookmark."""

import pytest

from .sitemap import own_views
from .stage import *  # noqa: F403 - the fixtures
from .test_access_table import GET, OUTSIDE, POST_ONLY, address

ONLY_SENT = [name for name, row in {**GET, **OUTSIDE}.items() if 405 in row]


def test_there_are_some():
    assert len(ONLY_SENT) >= 30
    assert set(ONLY_SENT) <= {name for name, _route, _view in own_views()}


@pytest.mark.parametrize("name", ONLY_SENT)
@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_a_wrong_method_gets_a_page(name, method, world, olga, as_):
    client = as_(olga)
    answer = getattr(client, method)(address(world, name))
    page = answer.content.decode()
    assert answer.status_code == 405 and answer.headers["Allow"] == "POST"
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Unter dieser Adresse gibt es nichts zu sehen" in page and 'href="/"' in page


@pytest.mark.parametrize("name", [name for name in ONLY_SENT if GET.get(name) == POST_ONLY])
def test_outsiders_read_the_same_as_members(name, world, olga, mallory, as_):
    url = address(world, name)
    assert as_(olga).get(url).content == as_(mallory).get(url).content
