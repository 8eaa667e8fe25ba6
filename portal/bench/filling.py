"""The small and the large set of rows: customers by the portal's own import, the rest by rows.sql."""

import re
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import connection, transaction
from psycopg import sql

from accounts.erp import CUSTOMERS
from accounts.models import Company
from portal.erp import import_table

from .customers import write_customers

ROWS = Path(__file__).with_name("rows.sql")
WORDS = (
    "Nebenkostenabrechnung Heizkostenabrechnung Eigentümerversammlung Beschlusssammlung Zählerverwaltung Mahnwesen "
    "Mieterwechsel Kautionsverwaltung Rücklagenübersicht Wirtschaftsplan Hausgeldabrechnung Lastschrift Buchhaltung "
    "Handwerkerrechnung Schlüsselverwaltung Objektbuchhaltung Vermögensbericht Kontoauszug Serienbrief Archiv "
    "Wohnungsübergabe Betriebskostenspiegel Mietanpassung Verbrauchsinformation Rauchwarnmelder Trinkwasserprüfung "
    "Grundsteuer Rechnungseingang Kaltwasserkosten Müllgebühren Gebäudeversicherung Energieausweis Mandantenportal "
    "Anlagenbuch Versammlungsprotokoll Bankabgleich Lohnabrechnung Zeiterfassung Aufgabenplanung Vorgangsverwaltung "
    "Leerstandsbericht Modernisierung Instandhaltung Wartungsplan Messdienst Vertragsmanagement Objektakte Mietspiegel"
)


@dataclass(frozen=True)
class Size:
    """How many rows of each; own_orders are those of the one large company, the same in both sets."""

    companies: int
    articles: int
    orders: int
    documents: int
    downloads: int
    sessions: int
    own_orders: int = 5_000
    products: int = 40
    words: str = WORDS


SMALL = Size(companies=1_000, articles=1_000, orders=10_000, documents=2_000, downloads=5_000, sessions=1_000)
LARGE = Size(
    companies=100_000, articles=100_000, orders=1_000_000, documents=450_000, downloads=500_000, sessions=50_000
)


class FillRefused(Exception):
    """The set cannot be made here; the text says why."""


def is_filled() -> bool:
    """Whether the database holds a set already."""
    return Company.objects.filter(number="BENCH-1").exists()


def fill(size: Size, tell: Callable[[str], None]) -> None:
    """Make the set in an empty database. tell(name) is called before each part."""
    if Company.objects.exists():
        raise FillRefused("The database holds customers already; a measured set is made in an empty one.")
    make(size, tell)
    tell("vacuum")
    with connection.cursor() as cursor:
        # As autovacuum does behind a real import.
        cursor.execute("vacuum analyze")


def make(size: Size, tell: Callable[[str], None]) -> None:
    """The rows alone."""
    tell("customers")
    with tempfile.TemporaryDirectory() as folder:
        write_customers(Path(folder) / CUSTOMERS.file, size.companies)
        result = import_table(CUSTOMERS, Path(folder))
    if result.error or result.taken != size.companies:
        raise FillRefused(f"The import took {result.taken} of {size.companies} customers. {result.error}")
    values = {name: sql.Literal(value) for name, value in asdict(size).items()}
    parts = re.split(r"^-- name: (\w+)\n", ROWS.read_text(), flags=re.M)[1:]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local synchronous_commit = off; set local work_mem = '256MB'")
        for name, text in zip(parts[::2], parts[1::2], strict=True):
            tell(name)
            template = re.sub(r"(?<!:):(\w+)", r"{\1}", text.replace("{", "{{").replace("}", "}}"))
            cursor.execute(sql.SQL(template).format(**values).as_string(cursor.cursor))
