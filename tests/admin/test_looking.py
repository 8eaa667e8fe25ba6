"""Looking as a customer: read-only, for half an hour, in the log, and no trace as if the customer had done it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from access.models import AccessEvent
from accounts.models import User
from contracts.models import DocumentOpening
from downloads.models import Download
from portal.staff.looking import KEY
from shop.models import Miss

from .. import factories as make
from ..walk.sitemap import own_views
from ..walk.test_access_table import GET, OUTSIDE, POST, SPACES
from ..walk.world import build
from .test_admin import client_of  # noqa: F401 - fixture


@pytest.fixture
def world(acme, olga, nils):
    return build(acme, olga, nils)


def begin(client, person, company, reason="Anruf: findet die Rechnung nicht"):
    member = company.memberships.get(user=person)
    return client.post(reverse("admin:customer_look", args=[company.pk]), {"member": member.pk, "reason": reason})


def end(client):
    return client.post(reverse("admin:look_end"))


@pytest.fixture
def looker(client_of, olga, acme):  # noqa: F811
    """Somebody of sales who looks as Olga."""
    client = client_of("Vertrieb")
    assert begin(client, olga, acme)["Location"] == reverse("start", args=[acme.number])
    return client


def there(world, name):
    arguments = dict(world.arguments.get(name, {}))
    if name not in OUTSIDE:
        arguments["number"] = world.company.number
    return reverse(SPACES.get(name, name), kwargs=arguments)


# --- who, and as whom ---


def test_it_needs_the_role_and_a_reason(client_of, as_, acme, olga, ben):  # noqa: F811
    url = reverse("admin:customer_look", args=[acme.pk])
    asked = [client_of(role).get(url).status_code for role in (None, "Vertrieb", "Support", "Katalog")]
    assert asked == [200, 200, 200, 403]
    assert {as_(ben).get(url).status_code, as_(None).get(url).status_code} == {302}
    client = client_of()
    for reason in ("", "  ", "abc"):
        assert begin(client, olga, acme, reason).status_code == 422
    assert KEY not in client.session and not AccessEvent.objects.filter(kind="looked").exists()


def test_never_as_staff_nor_as_who_is_not_let_in(client_of, acme, olga, ben, nils, elsewhere, mallory):  # noqa: F811
    client = client_of()
    User.objects.filter(pk=ben.pk).update(is_superuser=True)
    for person, company in ((ben, acme), (nils, acme)):
        assert begin(client, person, company).status_code == 422
    foreign = elsewhere.memberships.get(user=mallory).pk
    sent = {"member": foreign, "reason": "Anruf wegen Rechnung"}
    assert client.post(reverse("admin:customer_look", args=[acme.pk]), sent).status_code == 422
    acme.is_blocked = True
    acme.save()
    assert begin(client, olga, acme).status_code == 422


def test_both_names_and_the_reason_stand_in_the_log_of_the_customer(looker, acme, olga, as_):
    end(looker)
    lines = list(AccessEvent.objects.filter(company=acme, kind__in=["looked", "look_ended"]))
    assert [line.kind for line in lines] == ["look_ended", "looked"]
    assert {(line.person_name, line.actor_kind) for line in lines} == {("Olga Oswald", "staff")}
    page = as_(olga).get(reverse("access_log", args=[acme.number])).content.decode()
    assert lines[0].actor_name in page and "Anruf: findet die Rechnung nicht" in page


# --- what is seen ---


def test_pages_of_the_company_open_as_the_person_has_them(client_of, acme, olga, ben, dora):  # noqa: F811
    client = client_of()
    begin(client, ben, acme)
    assert client.get(reverse("article_list", args=[acme.number])).status_code == 200
    assert client.get(reverse("product_list", args=[acme.number])).status_code == 403, "Ben has no downloads"
    page = client.get(reverse("start", args=[acme.number])).content.decode()
    assert "Ben Bauer" in page and "Ada Admin" in page and "Ansicht beenden" in page


def test_the_band_is_in_the_admin_too_and_gone_afterwards(looker, acme):
    band = "Ansicht beenden"
    assert band in looker.get(reverse("admin:customer", args=[acme.pk])).content.decode()
    assert end(looker)["Location"] == reverse("admin:customer", args=[acme.pk])
    assert band not in looker.get(reverse("admin:customer", args=[acme.pk])).content.decode()
    assert looker.get(reverse("start", args=[acme.number])).status_code == 404, "staff are nobody in the portal again"


def test_own_pages_and_one_time_links_are_closed(looker, world):
    theirs = set(OUTSIDE) - {"home", "brand_css", "health"}
    answers = {name: looker.get(there(world, name)).status_code for name in theirs}
    assert set(answers.values()) == {403}, answers
    library = ["account_login", "account_logout", "account_change_password", "account_email", "mfa_index"]
    assert {looker.get(reverse(name)).status_code for name in library} == {403}
    assert looker.get(there(world, "person_edit")).status_code == 403


def test_another_company_of_the_person_is_closed(looker, olga):
    second = make.MembershipFactory(user=olga, is_holder=True, is_main_holder=True).company
    assert looker.get(reverse("start", args=[second.number])).status_code == 403
    assert looker.get(reverse("start", args=["99999"])).status_code == 403


# --- read-only ---


def test_every_unsafe_method_is_refused_but_ending_it(looker, world, acme):
    for name, _route, _view in own_views():
        for method in ("post", "put", "patch", "delete"):
            assert getattr(looker, method)(there(world, name)).status_code == 403, f"{method} {name}"
    for name, args in (("customer_note_create", [acme.pk]), ("customer_people", [acme.pk]), ("logout", [])):
        assert looker.post(reverse(f"admin:{name}", args=args), {"text": "x"}).status_code == 403
    assert {looker.post(reverse(name)).status_code for name in ("account_logout", "account_login")} == {403}
    assert end(looker).status_code == 302


def test_every_get_leaves_no_trace(looker, world, olga, acme, django_assert_num_queries):
    """Whatever a page notes - a document opened, a program loaded, a search in vain - is not there afterwards."""

    def state():
        olga.refresh_from_db()
        kept = (DocumentOpening, Download, Miss, AccessEvent)
        return [model.objects.count() for model in kept], olga.last_login, olga.sessions.count()

    before = state()
    for name in GET:
        answer = looker.get(there(world, name))
        b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert answer.status_code in {200, 302, 403, 405}, name
    looker.get(reverse("article_list", args=[acme.number]), {"q": "gibtesnirgends"})
    assert state() == before
    as_new = acme.documents.with_new(olga)
    assert all(document.is_new for document in as_new)


def test_the_same_pages_opened_by_the_person_leave_their_trace(world, olga, as_):
    """Else the test above would prove nothing."""
    client = as_(olga)
    for name in ("document_file", "release_file"):
        b"".join(client.get(there(world, name)).streaming_content)
    assert DocumentOpening.objects.filter(user=olga).exists() and Download.objects.filter(user=olga).exists()


# --- its end ---


def later(client, minutes):
    session = client.session
    session[KEY] = {**session[KEY], "until": (timezone.now() - dt.timedelta(minutes=minutes)).isoformat()}
    session.save()


def test_after_half_an_hour_it_is_over(looker, acme):
    until = dt.datetime.fromisoformat(looker.session[KEY]["until"])
    assert abs(until - timezone.now() - dt.timedelta(minutes=30)) < dt.timedelta(minutes=1)
    later(looker, 1)
    answer = looker.get(reverse("start", args=[acme.number]))
    assert answer["Location"] == reverse("admin:customer", args=[acme.pk])
    assert KEY not in looker.session
    assert AccessEvent.objects.filter(company=acme, kind="look_ended").count() == 1


def test_a_post_after_the_end_does_nothing_either(looker, acme):
    later(looker, 1)
    url = reverse("admin:customer_note_create", args=[acme.pk])
    assert looker.post(url, {"text": "x"}).status_code == 302 and not acme.notes.exists()


def test_it_ends_with_the_access_of_the_person_and_with_the_role(looker, acme, olga):
    acme.is_blocked = True
    acme.save()
    assert looker.get(reverse("start", args=[acme.number]))["Location"] == reverse("admin:customer", args=[acme.pk])
    assert "_auth_user_id" in looker.session, "and the member of staff stays logged in"


def test_it_ends_with_the_role(looker, acme):
    person = User.objects.get(pk=looker.session["_auth_user_id"])
    person.groups.clear()
    assert looker.get(reverse("start", args=[acme.number])).status_code == 404
    assert KEY not in looker.session


def test_every_address_of_the_portal_was_asked():
    assert set(POST) <= set(GET) | set(OUTSIDE) and len(list(own_views())) == len(GET) + len(OUTSIDE)
