"""A small storm in the suite; `make faults` is the large one, with the database and the worker killed too."""

from .storm import storm


def test_orders_survive_the_death_of_web_processes():
    """Edge 66: acknowledged is stored, once, and each mail goes out once."""
    result = storm(orders=24, kills=3, kinds=["web"])
    assert result["acknowledged"] == result["stored"] == 24
    assert not result["lost"] and not result["extra"]
    assert result["doubled"] == [] and result["missing"] == [] and result["unclear"] == 0
    assert result["kills"] == {"web": 3}
