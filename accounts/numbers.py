"""Companies by a list of customer numbers, as people paste it."""

import re

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Upper

from .models import Company
from .models.company import WITHOUT_ZEROS


def numbers_in(text: str) -> list[str]:
    """The numbers of a pasted list, one a line or parted by commas, semicolons or tabs; each once, as typed."""
    parts = (" ".join(part.split()) for part in re.split(r"[\n\r,;\t]+", text))
    return list(dict.fromkeys(part[:60] for part in parts if part))


def companies_of(numbers: list[str]) -> tuple[list[Company], list[str]]:
    """(the companies of these numbers, the numbers that mean none), spelt in any way a customer may; one query."""
    by_number = companies_by_number(numbers)
    unique = {company.pk: company for company in by_number.values()}
    return list(unique.values()), [typed for typed in numbers if typed not in by_number]


def companies_by_number(numbers: list[str]) -> dict[str, Company]:
    """Each number as typed -> the one company it means; those that mean none are missing. One query."""
    bare = {typed: Company.objects.bare_number(typed, settings.BRAND["login_prefix"]) for typed in numbers}
    wanted = {number.upper() for number in bare.values() if number and "\0" not in number}
    zeroless = {number.lstrip("0") for number in wanted if number.isdigit()} - {""}
    rows = Company.objects.alias(upper=Upper("number"), zeroless=WITHOUT_ZEROS)
    found: list[Company] = list(rows.filter(Q(upper__in=wanted) | Q(zeroless__in=zeroless)))
    exact: dict[str, Company] = {company.number.upper(): company for company in found}
    near: dict[str, list[Company]] = {}
    for row in found:
        if row.number.isdigit():
            near.setdefault(row.number.lstrip("0"), []).append(row)
    companies: dict[str, Company] = {}
    for typed, number in bare.items():
        alike = near.get(number.lstrip("0"), []) if number.isdigit() else []
        company = exact.get(number.upper()) or (alike[0] if len(alike) == 1 else None)
        if company is not None:
            companies[typed] = company
    return companies
