"""Made-up customers in the ERP's form."""

import csv
import datetime as dt
from pathlib import Path

from accounts.erp import CUSTOMERS

HEAD = [column.header for column in CUSTOMERS.columns]


def write_customers(path: Path, count: int) -> None:
    """So many customers in the ERP's form, each with a licence holder of their own."""
    day = dt.date(2020, 1, 1).strftime("%d.%m.%Y")
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(HEAD)
        for number in range(count):
            writer.writerow([
                f"{900000 + number:07}", f"Hausverwaltung Größe {number} GmbH", "", f"Lindenstraße {number % 200}",
                "80331", "München", "D", f"+49 89 {number}", f"info{number}@bench.example", "", "Frau", "Erika",
                f"Müller{number}", f"erika{number}@bench.example", "N", day,
            ])  # fmt: skip
