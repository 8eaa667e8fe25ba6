import unicodedata

from portal.lib.mailboxes import meant

from .models import Company, User

LONGEST = 320


def find_person(name, prefix):
    """The person a login name means, or None.

    name: an e-mail address, "<prefix>_<customer number>" in any spelling, the bare number, or a user name as staff
    have them. A customer number leads to the company's main licence holder.
    """
    name = unicodedata.normalize("NFKC", name).strip()[:LONGEST]
    if not name or "\0" in name:
        return None
    if "@" in name:
        return User.objects.with_email(name).first()
    if person := User.objects.filter(username__iexact=name).first():
        return person
    company = Company.objects.by_login_name(name, prefix)
    if company is None:
        return None
    return User.objects.filter(memberships__company=company, memberships__is_main_holder=True).first()


def normal_name(name, prefix):
    """One spelling for all the spellings of a login name, whether or not anybody has it."""
    name = unicodedata.normalize("NFKC", name).strip()[:LONGEST]
    if "@" in name:
        return meant(name).lower()
    number = Company.objects.bare_number(name.casefold(), prefix)
    return number.lstrip("0") or number
