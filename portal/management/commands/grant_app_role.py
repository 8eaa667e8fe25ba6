from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.lib.approle import RoleRefused, let_in

# Lines that stay as they were written: only the retention's own function takes them away.
APPEND_ONLY = ["access_accessevent"]


class Command(BaseCommand):
    help = "Make the role web and worker connect as, and give it rows to read and write, not the tables. After migrate."

    def handle(self, verbosity=1, **options):
        role = settings.APP_DB_ROLE
        try:
            let_in(role, settings.APP_DB_PASSWORD, append_only=APPEND_ONLY)
        except RoleRefused as refusal:
            raise CommandError(str(refusal)) from None
        if verbosity:
            self.stdout.write(f"{role} may read and write rows.")
