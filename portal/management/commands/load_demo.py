from django.core.management.base import BaseCommand, CommandError

from portal.demo.load import DemoRefused, load


class Command(BaseCommand):
    help = "Load the demo company and its cast, once. Only with DEMO=1."

    def handle(self, **options):
        try:
            done = load()
        except DemoRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write("Loaded the demo." if done else "The demo is loaded already; nothing was changed.")
