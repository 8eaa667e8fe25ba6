"""Addresses of mail: one stored form for all spellings of a mailbox, and the form in which mail is written to it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from email.utils import formataddr, parseaddr
from functools import wraps
from typing import Any

import idna
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from .signs import refuse_hidden

LONGEST = 254
# The stored form of nearly all addresses, seen at a glance.
PLAIN = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!xn--)[a-z]{2,63}"
)
# RFC 5322, dot-atom. In quotes it is the same mailbox once more, or one that no server takes.
LOCAL = re.compile(r"[-!#$%&'*+/=?^_`{}|~0-9a-z]+(?:\.[-!#$%&'*+/=?^_`{}|~0-9a-z]+)*")
# What IDNA takes for a dot in a domain (RFC 3490, 3.1); NFKC has made the others of them these two.
DOTS = re.compile("[.\u3002]")
# As PostgreSQL says it: none of these signs is in a plain stored form, and the stored form may be another one.
TO_LOOK_AT_SQL = r'[^!-~]|[A-Z]|xn--|["<>()\\,;:\[\]]'


def stored(address: str) -> str:
    """The one form in which an address is kept and compared, whatever spelling was typed.

    Small letters, compatible signs as the usual ones (NFKC), the domain in its own letters by IDNA 2008:
    "straßen-hof.example" stays itself, and "xn--mller-kva.example" is "müller.example". Raises ValidationError, in a
    sentence, for what is no address or one that mail cannot be written to.
    """
    address = address.strip()
    if len(address) <= LONGEST and PLAIN.fullmatch(address):
        return address
    refuse_hidden(address)
    address = _folded(address)
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or "@" in local.strip('"') or any(sign.isspace() for sign in address):
        validate_email("")
    if not LOCAL.fullmatch(local):
        sentence = _(
            "Mail can only be sent where letters without umlauts, digits and signs such as . - _ stand before the @."
        )
        raise ValidationError(sentence, code="invalid")
    found = f"{local}@{_domain(domain)}"
    refuse_hidden(found)
    if max(len(found), len(written(found))) > LONGEST:
        raise ValidationError(_("An e-mail address has at most %d characters.") % LONGEST, code="max_length")
    validate_email(written(found))
    return found


def meant(address: str) -> str:
    """The stored form, or the text as it is where it has none; for comparing, and for rows from before the rule."""
    try:
        return stored(address)
    except ValidationError:
        return address


def written(address: str) -> str:
    """The address as a mail server takes it: its domain in ASCII, by IDNA 2008. Raises ValueError where it has none."""
    if address.isascii():
        return address
    local, _at, domain = address.rpartition("@")
    if not local or not local.isascii():
        raise ValueError("nothing before the @ that mail can carry")
    return f"{local}@{'.'.join(_ascii(label) for label in domain.split('.'))}"


def header(address: str) -> str:
    """The same for what stands in a header, with or without a name: "Ada <ada@müller.example>"."""
    if address.isascii():
        return address
    name, mailbox = parseaddr(address)
    if not mailbox:
        raise ValueError("no mail address")
    return formataddr((name, written(mailbox)))


def _folded(address: str) -> str:
    """Compatible and small signs; once more, because a small letter may be a composed one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", address).lower())


def _domain(domain: str) -> str:
    try:
        # The number of a machine is nobody's mailbox.
        if "[" in domain:
            raise ValueError
        return ".".join(_label(label) for label in DOTS.split(domain))
    except ValueError:
        sentence = _("There is no domain “%(domain)s”. Please check what stands after the @.")
        raise ValidationError(sentence, code="invalid", params={"domain": domain[:60]}) from None


def _label(label: str) -> str:
    """In its own letters. Raises ValueError where IDNA 2008 knows none."""
    if label.isascii() and not label.startswith("xn--"):
        return label
    found = idna.ulabel(label) if label.isascii() else label
    if idna.alabel(found).decode() != label and label.isascii():
        raise ValueError
    return found


def _ascii(label: str) -> str:
    return label if label.isascii() else idna.alabel(label).decode()


class AsItStands(str):
    """An address of an old row that is written back unchanged."""


def guard_mail_fields() -> None:
    """From here on every e-mail field of every form and model keeps the stored form, libraries' fields too.

    Forms and `full_clean` refuse what has none. Saving and `update` take a text without one as it is, and leave an old
    row's other spelling alone: it must not stop what is done to its other columns.
    """
    _teach(forms.EmailField, "to_python", lambda value: stored(value) if value else value)
    _teach(models.EmailField, "clean", lambda value: stored(value) if value else value)
    for name, method in {"pre_save": _pre_save, "get_db_prep_save": _get_db_prep_save}.items():
        setattr(models.EmailField, name, method)


def _teach(kind: type, name: str, form: Callable[[Any], Any]) -> None:
    before = getattr(kind, name)
    if getattr(before, "is_taught", False):
        return

    @wraps(before)
    def taught(self: Any, value: Any, *args: Any) -> Any:
        return form(before(self, value, *args))

    taught.is_taught = True  # type: ignore[attr-defined]
    setattr(kind, name, taught)


def _pre_save(field: models.EmailField, row: models.Model, add: bool) -> Any:
    """What was saved stands in the object at once as it does in the table."""
    value = getattr(row, field.attname)
    if not isinstance(value, str) or (form := meant(value)) == value:
        return value
    if not add and type(row)._base_manager.filter(pk=row.pk, **{field.attname: value}).exists():
        return AsItStands(value)
    setattr(row, field.attname, form)
    return form


def _get_db_prep_save(field: models.EmailField, value: Any, connection: Any) -> Any:
    if type(value) is str:
        value = meant(value)
    prepared = super(models.EmailField, field).get_db_prep_save(value, connection=connection)
    return str(prepared) if isinstance(prepared, AsItStands) else prepared


def mend(model: type[models.Model], *names: str, is_unique: bool = False) -> None:
    """Give old rows of a table the stored form, where they have one; for migrations.

    is_unique: rows whose stored form another row has, or would get too, are left for people to decide.
    """
    for name in names:
        rows = model._base_manager.filter(**{f"{name}__regex": TO_LOOK_AT_SQL}).values_list("pk", name)
        better = {pk: form for pk, address in rows if (form := meant(address)) != address}
        if is_unique:
            lower = dict(model._base_manager.exclude(pk__in=better).values_list("pk", Lower(name)))
            taken = Counter([*lower.values(), *better.values()])
            better = {pk: form for pk, form in better.items() if taken[form] == 1}
        for pk, form in better.items():
            model._base_manager.filter(pk=pk).update(**{name: form})
