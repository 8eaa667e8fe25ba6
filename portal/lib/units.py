"""Quantities with their unit in the right number: "4 Stunden", "2 Plätze", "1 Monat"; on screen, in mails, on paper."""

# The units of catalogues and their plural; "Stück" has one form. A unit that is not here may bring its own plural
# behind a slash, "Ordner" needs none, "Heft/Hefte" does.
PLURALS = {
    "Stunde": "Stunden",
    "Tag": "Tage",
    "Monat": "Monate",
    "Jahr": "Jahre",
    "Platz": "Plätze",
    "Arbeitsplatz": "Arbeitsplätze",
    "Lizenz": "Lizenzen",
    "Einheit": "Einheiten",
    "Wohneinheit": "Wohneinheiten",
    "Person": "Personen",
    "Termin": "Termine",
    "Paket": "Pakete",
    "Lieferung": "Lieferungen",
}
# What is bought as a whole: no price is "per" it, and several are so many times it.
WHOLES = {"pauschal"}
SINGULARS = {plural: unit for unit, plural in PLURALS.items()}


def unit_of(unit: str, quantity: int = 1) -> str:
    """The unit as the catalogue has it ("Stunde", "Stunden" or "Heft/Hefte"), in the number of the quantity."""
    one, _slash, many = str(unit).strip().partition("/")
    one = SINGULARS.get(one, one)
    return one if quantity == 1 else many.strip() or PLURALS.get(one, one)


def with_unit(quantity: int, unit: str) -> str:
    """ "4 Stunden"; the bare number where there is no unit."""
    times = "\N{NO-BREAK SPACE}×" if unit_of(unit) in WHOLES else ""
    return f"{quantity}{times} {unit_of(unit, quantity)}".strip()


def is_whole(unit: str) -> bool:
    """Whether it is bought as a whole, such as "pauschal"."""
    return unit_of(unit) in WHOLES
