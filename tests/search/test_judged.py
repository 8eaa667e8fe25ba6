"""What a property manager types into the one search, and what must be on top, over the demo as its licence holder.

A search counts 1/rank of the first hit that answers it, counted down the page over all kinds; the mean is printed.
"""

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from contracts.tasks import read_texts

# Typed -> (kind, a part of the title or number that answers it).
QUERIES = {
    # What stands inside the documents.
    "Kündigungsfrist": ("documents", "SPV-12345"),
    "kuendigungsfrist": ("documents", "SPV-12345"),
    "Kündigungsfristen": ("documents", "SPV-12345"),
    "telefonische Hilfe": ("documents", "PV-12345"),
    "Erreichbarkeit": ("documents", "SPV-12345"),
    "Fernzugriff": ("documents", "SPV-12345"),
    "Vertraulichkeit": ("documents", "AVV-12345"),
    "personenbezogene Daten": ("documents", "AVV-12345"),
    "Unterauftragsverarbeiter Anlagen": ("documents", "AVV-12345"),
    "zahlbar innerhalb 14 Tagen": ("documents", "RE-12345"),
    "Laufzeit ein Jahr": ("documents", "PV-12345"),
    # Documents by title and number.
    "SPV-12345": ("documents", "SPV-12345"),
    "spv 12345": ("documents", "SPV-12345"),
    "RE-12345-3": ("documents", "RE-12345-3"),
    "Rechnung 3. Quartal": ("documents", "3. Quartal"),
    "Softwarepflegevertrag": ("documents", "SPV-12345"),
    "Updatepflege": ("documents", "UPV-12345"),
    "Auftragsverarbeitung": ("documents", "AVV-12345"),
    "Pflegevertrag Heizkosten": ("documents", "UPV-12345"),
    # Articles.
    "Zusatzmodul Technik": ("articles", "TSA-K10001"),
    "TSA-K10007": ("articles", "TSA-K10007"),
    "tsa k 10007": ("articles", "TSA-K10007"),
    "Serienbrief": ("articles", "TSA-K10007"),
    "Nebenkosten": ("articles", "Nebenkostenabrechnung"),
    "Betriebskosten": ("articles", "Nebenkostenabrechnung"),
    "Datenübernahme": ("articles", "TSA-D10020"),
    "datenuebernahme": ("articles", "TSA-D10020"),
    "Schlüssel": ("articles", "TSA-K10008"),
    "DATEV": ("articles", "TSA-K10005"),
    "Onlinebanking": ("articles", "TSA-K10006"),
    "Umzug Server": ("articles", "TSA-P10035"),
    "Zusatzmodul Heizkosten": ("articles", "TSA-K10000"),
    "Rauchmelder": ("articles", "TSA-M10016"),
    "Eigentümerversammlung Schulung": ("articles", "TSA-S10027"),
    "Schulung Einsteiger": ("articles", "TSA-S10025"),
    # Orders.
    "A100120": ("orders", "A100120"),
    "100118": ("orders", "A100118"),
    "BEST-100125": ("orders", "A100125"),
    "BEST-ALT": ("orders", "A100099"),
    # People.
    "Ben Bauer": ("people", "Ben Bauer"),
    "bauer": ("people", "Ben Bauer"),
    "dora@sonnenhof.example": ("people", "Dora Dietz"),
    "Petra Sonntag": ("people", "Petra Sonntag"),
    "demir": ("people", "Deniz Demir"),
    # Programs, versions and what their notes say.
    "DOMUS 4000 26.2.0": ("programs", "DOMUS 4000 26.2.0"),
    "26.1.1": ("programs", "DOMUS 4000 26.1.1"),
    "DOMUS NAVI 8.3.0": ("programs", "DOMUS NAVI 8.3.0"),
    "Objektbuchhaltung": ("programs", "DOMUS 4000 26.2.0"),
    "SEPA-Lastschrift": ("programs", "DOMUS 4000 25.4.0"),
    "Kaltwasserkosten": ("programs", "Modul Heizkosten 12.4.0"),
    # Pages, as people call them.
    "Passwort ändern": ("pages", "Passwort ändern"),
    "Kennwort": ("pages", "Passwort ändern"),
    "Zwei-Faktor": ("pages", "Zweiter Faktor"),
    "Nutzer hinzufügen": ("pages", "Nutzer hinzufügen"),
    "Kollegen einladen": ("pages", "Nutzer hinzufügen"),
    "Firmierung": ("pages", "Firmierung"),
    "Öffnungszeiten": ("pages", "Support"),
    "Termine": ("pages", "Termine"),
    "DSGVO Auskunft": ("pages", "Ihre Daten"),
    "Warenkorb": ("pages", "Warenkorb"),
}


def rank(page, kind, part):
    """The place of the first answer on the page, counted from 1 over all kinds; None if there is none."""
    flat = [(section.group.key, hit) for section in page.context["results"].sections for hit in section.first]
    answers = (place for place, (key, hit) in enumerate(flat, 1) if key == kind and part in f"{hit.title} {hit.number}")
    return next(answers, None)


@pytest.mark.django_db
def test_what_is_looked_for_is_on_top(as_, capsys, monkeypatch):
    monkeypatch.setattr("portal.demo.files._program", lambda path: path.write_bytes(b"PK\x03\x04" + path.name.encode()))
    call_command("load_demo")
    read_texts.func(0)
    client, url = as_(User.objects.get(email="petra@sonnenhof.example")), reverse("search", args=["12345"])
    ranks = {typed: rank(client.get(url, {"q": typed}), *wanted) for typed, wanted in QUERIES.items()}
    mean = sum(1 / place for place in ranks.values() if place) / len(ranks)
    below = {typed: place for typed, place in ranks.items() if place != 1}
    with capsys.disabled():
        print(f"\n{len(ranks)} judged searches: mean reciprocal rank {mean:.3f} {below}")
    assert len(QUERIES) == 60
    assert mean >= 0.9 and None not in ranks.values(), below
