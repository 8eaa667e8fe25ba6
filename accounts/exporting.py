"""Asking for all that is stored about oneself (Art. 15 and Art. 20 DSGVO)."""

from django.db import transaction

from .models import DataExport, User
from .tasks import make_export


@transaction.atomic
def ask_for_export(person: User) -> DataExport:
    """Have the ZIP made by the worker, which mails when it is ready. Asking twice makes one. Returns the DataExport."""
    User.objects.select_for_update().get(pk=person.pk)
    export = person.exports.filter(ready_at=None).first()
    if export is None:
        export = person.exports.create()
        make_export.defer(export=str(export.pk))
    return export
