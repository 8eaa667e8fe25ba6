from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from portal.backup.reading import restore
from portal.backup.refused import BackupRefused


class Command(BaseCommand):
    help = "Bring a backup back into an empty database and an empty store. As the owner; prepare_database comes after."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", type=Path, help="a file with the secret age key of an encrypted backup")

    def handle(self, file, key, **options):
        try:
            manifest = restore(file, key.read_text() if key else "")
        except (BackupRefused, OSError) as refusal:
            raise CommandError(str(refusal)) from None
        rows, files = sum(manifest["tables"].values()), len(manifest["files"])
        self.stdout.write(
            f"As of {manifest['moment']}: {rows:,} rows and {files:,} files are back, compared by count and hash."
        )
