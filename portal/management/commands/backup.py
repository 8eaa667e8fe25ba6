from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.backup.refused import BackupRefused
from portal.backup.writing import write


class Command(BaseCommand):
    help = "Write database and files into one file, encrypted where BACKUP_RECIPIENT names a public age key."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, folder, **options):
        try:
            path = write(folder, settings.BACKUP_RECIPIENT)
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{path} ({path.stat().st_size:,} bytes)")
