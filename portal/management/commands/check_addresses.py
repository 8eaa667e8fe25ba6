from django.core.management.base import BaseCommand

from portal.models import Trouble
from portal.unreachable import WORK, check_addresses


class Command(BaseCommand):
    help = "Find stored e-mail addresses that no mail reaches; they stand in the admin's list of troubles, too."

    def handle(self, **options):
        count = check_addresses()
        for trouble in Trouble.objects.filter(work=WORK).order_by("row"):
            self.stdout.write(f"{trouble.row}: {trouble.reason}")
        self.stdout.write(f"{count} addresses to mend.")
