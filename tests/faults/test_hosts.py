"""Two web hosts and two workers in short; `make faults` is the long form."""

import pytest

from ..ops.front import needs_nginx
from ..ops.webs import environment_here, people  # noqa: F401 - fixture
from .hosts import play


@needs_nginx
@pytest.mark.django_db(transaction=True)
def test_a_web_host_and_a_worker_go_and_nobody_notices(people, tmp_path):  # noqa: F811
    result = play(tmp_path, environment_here(tmp_path), people, orders=12)
    assert result["acknowledged"] == result["stored"] == 12
    assert not result["lost"] and not result["extra"]
    assert result["failed"] == [], "a second try hides everything"
    assert result["killed"] == ["web 1", "worker 1"]
