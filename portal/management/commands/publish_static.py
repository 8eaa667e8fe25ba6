from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from portal.lib.days import today
from portal.lib.static import retire


class Command(BaseCommand):
    help = "Collect the static files of this release beside those of the last ones, and let go of the oldest."

    def handle(self, *args, **options):
        call_command("collectstatic", interactive=False, verbosity=0)
        gone = retire(Path(settings.STATIC_ROOT), days=settings.STATIC_KEEP_DAYS, on=today())
        if options["verbosity"] > 1:
            self.stdout.write(f"{gone} files of earlier releases deleted")
