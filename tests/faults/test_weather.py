"""The weather outside in short, on a portal of its own; `make faults` is the long form."""

import json

from .weather import apart


def test_the_weather_outside_costs_the_people_in_front_little(tmp_path):
    """One test, for one portal: two processes would each start their own."""
    place = tmp_path / "figures.json"
    assert apart("--short", "--json", str(place)) == 0
    figures = json.loads(place.read_text())
    receivers_that_drip_are_mute_or_gone_hold_no_letter(figures)
    a_mail_server_that_refuses_delays_and_vanishes_loses_and_doubles_nothing(figures)
    a_full_disk_delays_papers_and_leaves_nothing_half(figures)
    a_store_that_is_away_or_mute_is_said_within_seconds(figures)
    connections_that_were_forgotten_cost_a_wait(figures)


def receivers_that_drip_are_mute_or_gone_hold_no_letter(figures):
    """It was no letter in 150 s."""
    found = figures["receivers"]
    assert all(seconds is not None and seconds < 60 for seconds in found["letters_meanwhile"])
    assert found["all_noted"] is not None, "staff read of each that it did not answer"


def a_mail_server_that_refuses_delays_and_vanishes_loses_and_doubles_nothing(figures):
    found = figures["mail_server"]
    assert found["once"] + found["unclear"] >= found["letters"] and found["twice"] == 0
    assert len(found["refused"]) == 1 and found["refused"][0].startswith("550"), "the final no, told and not repeated"


def a_full_disk_delays_papers_and_leaves_nothing_half(figures):
    found = figures["full_disk"]
    if "skipped" in found:
        return
    assert found["filed_meanwhile"] == found["half_files"] == 0
    assert found["filed_afterwards"] == found["files"] == found["orders"]
    assert found["pages"] == 8, "the other pages go on"


def a_store_that_is_away_or_mute_is_said_within_seconds(figures):
    found = figures["store_away"]
    assert found["well"][0] == 302 and found["away"][0] == found["mute"][0] == 503
    assert found["away"][1] < 60 and found["mute"][1] < 60
    assert found["other_pages"] == [200, 200]


def connections_that_were_forgotten_cost_a_wait(figures):
    """It was no answer at all for 310 s, and /health/ neither."""
    found = figures["dropped"]
    assert found["connections"] > 4 and found["health_after"] is not None and found["health_after"] < 90
    assert set(found["visitors"]) == {"200"} and found["longest"] < 90
    assert found["letter"] is not None and found["letter"] < 120
