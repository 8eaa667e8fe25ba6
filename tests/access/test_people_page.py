"""The page "Authorised people": sums, answers in place, access until Friday, the form for somebody new."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from access.asking import ask_for
from access.models import Membership
from access.rights import Right
from access.terms import coming_friday


def page_of(client, name, *args):
    return " ".join(client.get(reverse(name, args=["12345", *args])).content.decode().split())


def test_each_column_says_how_many_have_it(as_, olga, deniz, ben, dora, nils):
    """olga and deniz may everything, ben and the invited nils the shop, dora downloads."""
    page = page_of(as_(olga), "people_list")
    assert re.findall(r"<small>(\d) von 5</small>", page) == ["4", "3", "2", "2", "2"]


def test_people_are_found_by_what_they_may(as_, olga, ben, dora):
    page = as_(olga).get(reverse("people_list", args=["12345"]), {"state": Right.DOWNLOADS}).content.decode()
    assert "Dora Dietz" in page
    assert "Ben Bauer" not in page


def test_a_request_is_answered_where_it_is_read(as_, olga, dora):
    asked, _new = ask_for(dora.at["12345"], Right.SHOP)
    client = as_(olga)
    assert "<b>Dora Dietz</b> bittet um <b>Shop &amp; Bestellungen</b>." in page_of(client, "people_list")
    client.post(reverse("request_answer", args=["12345", asked.pk]), {"decision": "yes"})
    assert Right.SHOP in Membership.of(dora.at["12345"]).granted


def test_what_the_vendor_advises_against_is_not_granted_in_one_click(as_, olga, dora):
    asked, _new = ask_for(dora.at["12345"], Right.CONTRACTS)
    client = as_(olga)
    assert "Lesen und freischalten …" in page_of(client, "people_list")
    client.post(reverse("request_answer", args=["12345", asked.pk]), {"decision": "yes"})
    assert Right.CONTRACTS not in Membership.of(dora.at["12345"]).granted


def test_access_until_friday_is_one_click(as_, olga, ben, mailoutbox):
    client = as_(olga)
    client.post(reverse("membership_friday", args=["12345", ben.at["12345"].pk]), {"back": "list"})
    assert Membership.of(ben.at["12345"]).ends_on == coming_friday()


@pytest.mark.parametrize(
    ("today", "friday"), [("2026-11-30", "2026-12-04"), ("2026-12-04", "2026-12-11"), ("2026-12-05", "2026-12-11")]
)
def test_the_coming_friday(monkeypatch, today, friday):
    monkeypatch.setattr("access.terms.today", lambda: dt.date.fromisoformat(today))
    assert coming_friday() == dt.date.fromisoformat(friday)


def test_nobody_ends_the_access_of_a_licence_holder_or_their_own(as_, olga, deniz):
    as_(deniz).post(reverse("membership_friday", args=["12345", olga.at["12345"].pk]))
    as_(deniz).post(reverse("membership_friday", args=["12345", deniz.at["12345"].pk]))
    assert not Membership.objects.exclude(ends_on=None).exists()


def test_the_form_for_somebody_new_ends_with_save_and_gives_nothing_by_itself(as_, olga):
    page = page_of(as_(olga), "invitation_create")
    form = re.search(r'<form class="stack" data-guarded.*?</form>', page)[0]
    assert re.search(r'<button type="submit" class="button button-primary">Speichern</button>', form)
    boxes = re.findall(r'<input type="checkbox" role="switch"[^>]*>', form)
    assert len(boxes) == len(Right)
    assert not [box for box in boxes if "checked" in box]
    assert "Kann die Programme von 1 Produkt herunterladen" in form


def test_the_start_page_leads_to_it(as_, olga, ben):
    assert reverse("invitation_create", args=["12345"]) in page_of(as_(olga), "start")
    assert reverse("invitation_create", args=["12345"]) not in page_of(as_(ben), "start")
