from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "As the owner of the tables: bring them up to date, and let the role of web and worker in."

    def add_arguments(self, parser):
        parser.add_argument("--one-role", action="store_true", help="web and worker connect as the owner too")

    def handle(self, one_role, verbosity=1, **options):
        # In one process: starting Django anew for each takes longer than the work.
        call_command("migrate", interactive=False, verbosity=verbosity)
        if not one_role:
            call_command("grant_app_role", verbosity=verbosity)
