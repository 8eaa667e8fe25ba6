"""Art. 15 and Art. 20 DSGVO: all that is stored about a person, as a ZIP of JSON and their files."""

import json
import tempfile
import zipfile
from typing import IO, Any
from uuid import UUID

from django.core.files import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from portal.lib.files import sha256_of, stored_as
from portal.lib.personal import personal_of_apps

from . import mails
from .models import DataExport, User

OWN_FIELDS = [
    "username",
    "email",
    "salutation",
    "first_name",
    "last_name",
    "phone",
    "language",
    "date_joined",
    "last_login",
]


@transaction.atomic
def finish_export(pk: UUID | str) -> None:
    """Make the file and say so by mail; run again, or after the person has gone, it does nothing."""
    export = DataExport.objects.select_for_update(of=["self"]).filter(pk=pk, ready_at=None).first()
    if export is None:
        return
    with tempfile.TemporaryFile() as file:
        write_zip(export.user, file)
        export.size, export.sha256 = file.tell(), sha256_of(file)
        export.file.save("export.zip", File(file), save=False)
    export.ready_at = timezone.now()
    export.save()
    mails.mail_export_ready(export)


def write_zip(person: User, file: IO[bytes]) -> None:
    """person.json, a JSON file for each kind of row, and the person's files below files/."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        own = {name: getattr(person, name) for name in OWN_FIELDS}
        archive.writestr("person.json", _json(own))
        for entry in personal_of_apps():
            archive.writestr(f"{entry.name}.json", _json(entry.values(person)))
            for number, (name, content) in enumerate(entry.files(person), 1):
                _add(archive, f"files/{entry.name}-{number}-{name}", content)


def _json(data: Any) -> str:
    return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def _add(archive: zipfile.ZipFile, name: str, content: FieldFile) -> None:
    if content.storage.exists(stored_as(content)):
        # A name in an archive is a path; ours has none but our own.
        safe = "files/" + name.removeprefix("files/").replace("/", "_").replace("\\", "_")
        with content.storage.open(stored_as(content)) as source, archive.open(safe, "w") as target:
            for piece in iter(lambda: source.read(256 * 1024), b""):
                target.write(piece)
