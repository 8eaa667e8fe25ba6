import resource
import tempfile
import time
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from accounts.erp import CUSTOMERS
from portal.bench.customers import HEAD, write_customers
from portal.erp import import_table


class TakeBack(Exception):
    pass


class Command(BaseCommand):
    help = "Time the import of made-up customers beside PostgreSQL's own COPY of the same rows. Changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("--customers", type=int, default=20_000)

    def handle(self, customers, **options):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            write_customers(folder / CUSTOMERS.file, customers)
            copied = copy_seconds(folder / CUSTOMERS.file)
            first, again = import_seconds(folder)
        for name, seconds in (("COPY", copied), ("import, all new", first), ("import, unchanged", again)):
            rate = customers / seconds
            self.stdout.write(f"{name:<20} {seconds:6.2f} s {rate:9,.0f} rows/s  {copied / seconds:5.2f} of COPY")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.stdout.write(f"Peak memory of the process: {memory:.0f} MB")


def copy_seconds(path):
    """Seconds for COPY of the same rows into a bare table."""
    with transaction.atomic(), connection.cursor() as cursor:
        columns = ", ".join(f'"{name}" text' for name in HEAD)
        cursor.execute(f"create temporary table bench_copy ({columns}) on commit drop")
        began = time.perf_counter()
        options = "format csv, delimiter ';', header true, encoding 'WIN1252'"
        with path.open("rb") as file, cursor.copy(f"copy bench_copy from stdin with ({options})") as copy:
            while piece := file.read(1 << 16):
                copy.write(piece)
        return time.perf_counter() - began


def import_seconds(folder):
    """Seconds for a first and a second import; both are rolled back."""
    seconds = []
    try:
        with transaction.atomic():
            for _turn in range(2):
                began = time.perf_counter()
                import_table(CUSTOMERS, folder)
                seconds.append(time.perf_counter() - began)
            raise TakeBack
    except TakeBack:
        return seconds
