from .models import Company, User


def find_person(name, prefix):
    """The person a login name means, or None.

    name: an e-mail address, "<prefix>_<customer number>" in any spelling, the bare number, or a user name as staff
    have them. A customer number leads to the company's main licence holder.
    """
    name = name.strip()[:320]
    if not name or "\0" in name:
        return None
    if "@" in name:
        return User.objects.filter(email__iexact=name).first()
    if person := User.objects.filter(username__iexact=name).first():
        return person
    company = Company.objects.by_login_name(name, prefix)
    if company is None:
        return None
    return User.objects.filter(memberships__company=company, memberships__is_main_holder=True).first()
