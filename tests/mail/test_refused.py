"""Whose mail was refused for good reads so where the address stands, until one arrives."""

import uuid

import pytest
from django.urls import reverse

from portal.models import MailHandover

pytestmark = pytest.mark.django_db
SENTENCE = "wurde vom Mailserver abgelehnt"


def handed(address, state="refused"):
    MailHandover.objects.create(key=uuid.uuid4(), state=state, recipients=[address])


def places(acme, olga, nils):
    yield reverse("membership_edit", args=[acme.number, nils.at[acme.number].pk]), nils.email
    yield reverse("account", args=[acme.number]), olga.email
    yield reverse("account", args=[acme.number]), acme.email
    yield reverse("account_email"), olga.email


def test_a_refused_address_says_so_on_its_page(acme, olga, nils, as_):
    type(acme).objects.filter(pk=acme.pk).update(email="Post@sonnenhof.example")
    acme.refresh_from_db()
    client = as_(olga)
    for page, address in places(acme, olga, nils):
        MailHandover.objects.all().delete()
        assert SENTENCE not in client.get(page).content.decode()
        handed(address.upper())
        assert f"Mail an {address} {SENTENCE}" in client.get(page).content.decode()
        handed(address, "waiting")
        assert SENTENCE in client.get(page).content.decode()
        handed(address, "sent")
        assert SENTENCE not in client.get(page).content.decode(), "the newest mail arrived"
