"""Who presses a button stands beside what it changes, also where no verb says so."""

import json

from django.db import connection, transaction

from portal.lib.database import ACTOR

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
WRITES = ("insert", "update", "delete")


class SignsChanges:
    """From each form of somebody logged in: their name, in every transaction that the request begins.

    A verb that signs for itself (access.acting) has the last word.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in SAFE or not request.user.is_authenticated:
            return self.get_response(request)
        person = request.user
        kind = "staff" if person.is_staff else "person"
        signed = ACTOR.set(json.dumps({"kind": kind, "id": person.pk, "name": str(person)[:300]}))
        try:
            with connection.execute_wrapper(_in_a_transaction):
                connection.sign()
                return self.get_response(request)
        finally:
            ACTOR.reset(signed)
            connection.sign()


def _in_a_transaction(execute, sql, params, many, context):
    """A setting of a transaction is no use to a statement that has none; it gets one of its own."""
    if context["connection"].in_atomic_block or not str(sql).lstrip()[:6].lower().startswith(WRITES):
        return execute(sql, params, many, context)
    with transaction.atomic():
        return execute(sql, params, many, context)
