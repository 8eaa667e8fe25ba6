"""An agreement as one reads it: headings and whole sentences out of the lines of a PDF."""

from contracts.prose import blocks_of

LINES = [
    "DOMUS", "04.02.2026", "Vereinbarung zur Auftragsverarbeitung", "Nummer: T-AVV-2026", "§ 1 Gegenstand und Dauer",
    "Der Auftragsverarbeiter verarbeitet personen-", "bezogene Daten nur auf", "Weisung.", "2. Pflichten",
    "Er verpflichtet:", "a) seine Beschäftigten,", "b) Dritte.", "DOMUS Software GmbH · T-AVV-2026", "1 / 3",
    "12 Monate nach dem Ende werden alle Daten gelöscht.",
]  # fmt: skip
KNOWN = ["Vereinbarung zur Auftragsverarbeitung", "T-AVV-2026", "DOMUS Software GmbH", "DOMUS"]


def test_headings_and_sentences_are_found_and_the_letterhead_is_left_out():
    assert blocks_of(LINES, without=KNOWN) == [
        ("heading", "§ 1 Gegenstand und Dauer"),
        ("text", "Der Auftragsverarbeiter verarbeitet personenbezogene Daten nur auf Weisung."),
        ("heading", "2. Pflichten"),
        ("text", "Er verpflichtet:"),
        ("item", "a) seine Beschäftigten,"),
        ("item", "b) Dritte."),
        ("text", "12 Monate nach dem Ende werden alle Daten gelöscht."),
    ]


def test_a_sentence_that_names_the_firm_stays():
    sentence = "DOMUS Software GmbH verarbeitet die Daten ausschließlich im Auftrag und nach Weisung des Kunden."
    assert blocks_of([sentence], without=KNOWN) == [("text", sentence)]
    assert blocks_of(["Firmen- und", "Personendaten sind geschützt."]) == [
        ("text", "Firmen- und Personendaten sind geschützt.")
    ]
