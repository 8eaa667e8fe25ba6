"""The yearly review, and its paper."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.utils import timezone
from pypdf import PdfReader

from access import tasks
from access.models import AccessReview, Membership, ReviewedPerson
from access.reviews import is_unused
from access.rights import Right
from tests import factories as make

PAGE = "/kunde/12345/zugaenge/pruefung/"
pytestmark = pytest.mark.django_db


def member(person):
    return Membership.objects.get(user=person, company__number="12345")


def press(client, label):
    """Press a button or follow a link of the page by its label."""
    html = client.get(PAGE).content.decode()
    form = re.search(rf'<form method="post" action="([^"]+)">(?:(?!</form>).)*{label}', html, re.S)
    return client.post(form[1], follow=True)


def begun(client):
    press(client, "Prüfung beginnen")
    return AccessReview.objects.get(closed_at=None)


def test_one_click_per_person_and_a_dated_paper(acme, olga, ben, dora, as_):
    client = as_(olga)
    begun(client)
    assert "Noch 2 Zugänge zu prüfen" in client.get(PAGE).content.decode()
    press(client, "Zugang von Ben Bauer bestätigen")
    assert "Prüfung abschließen" not in client.get(PAGE).content.decode()
    client.post(f"/kunde/12345/zugaenge/{member(dora).pk}/entfernen/", {"back": "review"})
    page = press(client, "Prüfung abschließen").content.decode()
    done = AccessReview.objects.get()
    assert done.closed_by == olga and "Prüfung vom" in page
    paper = client.get(f"{PAGE}{done.pk}/nachweis/")
    assert paper["Content-Type"] == "application/pdf" and "12345" in paper["Content-Disposition"]
    with done.file.open() as file:
        pdf = PdfReader(file)
        text = " ".join(page.extract_text() for page in pdf.pages)
        assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"] and pdf.trailer["/Root"]["/Lang"] == "de"
    for words in ("Ben Bauer", "bestätigt", "Dora Dietz", "Zugang beendet", "Olga Oswald", acme.name):
        assert words in text, words
    assert f"{timezone.localtime():%d.%m.%Y}" in text


def test_the_paper_keeps_what_was_then(acme, olga, ben, as_):
    client = as_(olga)
    begun(client)
    press(client, "Zugang von Ben Bauer bestätigen")
    press(client, "Prüfung abschließen")
    member(ben).rights.all().delete()
    ben.first_name = "Anders"
    ben.save()
    person = ReviewedPerson.objects.get()
    assert (person.name, person.rights) == ("Ben Bauer", [Right.SHOP])


def test_it_is_not_closed_while_somebody_is_undecided(olga, ben, as_):
    client = as_(olga)
    review = begun(client)
    client.post(f"{PAGE}abschliessen/")
    review.refresh_from_db()
    assert review.closed_at is None and not review.file


def test_who_came_in_meanwhile_is_decided_too(acme, olga, ben, as_):
    client = as_(olga)
    begun(client)
    press(client, "Zugang von Ben Bauer bestätigen")
    make.MembershipFactory(company=acme, user=make.UserFactory(first_name="Neu", last_name="Da"))
    client.post(f"{PAGE}abschliessen/")
    assert AccessReview.objects.get().closed_at is None


def test_a_deputy_does_not_decide_about_themselves(acme, olga, deniz, as_):
    begun(as_(olga))
    person = ReviewedPerson.objects.get()
    as_(deniz).post(f"{PAGE}{person.pk}/behalten/")
    person.refresh_from_db()
    assert person.verdict == ""


def test_who_has_not_logged_in_for_half_a_year_is_marked(olga, ben, dora, as_):
    type(ben).objects.filter(pk=ben.pk).update(last_login=timezone.now() - dt.timedelta(days=181))
    begun(as_(olga))
    html = as_(olga).get(PAGE).content.decode()
    assert html.count("seit über 180 Tagen nicht angemeldet") == 1
    ben.refresh_from_db()
    assert is_unused(member(ben)) and not is_unused(member(dora))


def test_it_is_opened_once_a_year_and_the_holders_are_asked(acme, olga, ben):
    tasks.run()
    assert not AccessReview.objects.exists(), "nobody is asked in the first year"
    Membership.objects.filter(user=ben).update(accepted_at=timezone.now() - dt.timedelta(days=400))
    tasks.run()
    tasks.run()
    assert AccessReview.objects.get().company == acme
    assert [message.to for message in mail.outbox] == [[olga.email]]
    AccessReview.objects.update(closed_at=timezone.now() - dt.timedelta(days=200))
    tasks.run()
    assert AccessReview.objects.count() == 1
    AccessReview.objects.update(closed_at=timezone.now() - dt.timedelta(days=370))
    tasks.run()
    assert AccessReview.objects.count() == 2


def test_the_vendor_can_turn_it_off(acme, olga, ben, settings):
    settings.ACCESS = {**settings.ACCESS, "review_months": 0}
    Membership.objects.filter(user=ben).update(accepted_at=timezone.now() - dt.timedelta(days=400))
    tasks.run()
    assert not AccessReview.objects.exists()


def test_the_tile_says_that_it_is_due(olga, ben, as_):
    begun(as_(olga))
    assert "Prüfung der Zugänge fällig" in as_(olga).get("/kunde/12345/").content.decode()


def test_another_company_s_paper_is_not_there(acme, olga, mallory, elsewhere, as_):
    """Edge 13."""
    client = as_(olga)
    begun(client)
    press(client, "Prüfung abschließen")
    done = AccessReview.objects.get()
    assert as_(mallory).get(f"/kunde/66666/zugaenge/pruefung/{done.pk}/nachweis/").status_code == 404
