from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from orders.handover import export_orders


class Command(BaseCommand):
    help = "Write new and changed orders for the ERP: auftraege.csv, auftragspositionen.csv, and Order-X messages."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--after", type=int, default=0, help="Cursor that the last export printed; 0 is everything."
        )
        parser.add_argument("--order-x", action="store_true", help="An Order-X message (XML) per order as well.")

    def handle(self, folder, after, order_x, **options):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            count, cursor = export_orders(folder, after=after, order_x=order_x)
        except OSError as error:
            raise CommandError(f"{folder}: {error.strerror}") from error
        self.stdout.write(f"{count} orders written to {folder}. Cursor for the next time: {cursor}")
