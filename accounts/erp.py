"""kunden.csv: customers with their main licence holder."""

import re

from access.erp import LOCK_COMPANIES, NAME_HOLDERS
from portal.lib.erp import CellRefused, Column, Doubts, Excluded, Table, choice, day, email, text, yes_no
from portal.lib.erp.cells import Parser
from portal.lib.erp.table import cell_changed, keep_unless_changed

from .company import CHECKS
from .models import Company, User

COUNTRIES = {
    "": "DE",
    "D": "DE",
    "DE": "DE",
    "A": "AT",
    "AT": "AT",
    "CH": "CH",
    "L": "LU",
    "LU": "LU",
    "F": "FR",
    "I": "IT",
}
# As the model's own rule has it.
NUMBER = re.compile(rf"[0-9A-Za-z][0-9A-Za-z-]{{0,{Company.number.field.max_length - 1}}}")
SALUTATIONS = {"": "", "Herr": "mr", "Frau": "ms"}


def customer_number():
    def read(cell, folder):
        if not NUMBER.fullmatch(cell):
            raise CellRefused("customer number not valid")
        return cell

    return Parser(read, fields=(Company.number.field,))


# What the customer may edit in the portal too, or reports and staff accept, is written only where the ERP's own word
# changed: an accepted new name is not taken back by an export that does not know it yet.
OWNED_TOGETHER = {
    "Firma": "name",
    "Zusatz": "name_extra",
    "Strasse": "street",
    "PLZ": "postal_code",
    "Ort": "city",
    "Land": "country",
    "Telefon": "phone",
    "EMail": "email",
}
COMPANIES = f"""
    insert into accounts_company (number, name, name_extra, street, postal_code, city, country, phone, email, vat_id,
        is_blocked, uses_homecase, customer_since, created_at)
    select number, name, name_extra, street, postal_code, city, country, phone, email, vat_id,
        is_blocked, false, customer_since, now()
    from erp_stage where said_before is null
    on conflict (number) do nothing;

    update accounts_company c set vat_id = s.vat_id,
        is_blocked = s.is_blocked, customer_since = s.customer_since,
        {", ".join(f"{name} = {keep_unless_changed(header, f's.{name}', f'c.{name}')}" for header, name in OWNED_TOGETHER.items())}
    from erp_stage s where c.number = s.number;
"""

# Who the main holder is to be, for new companies and where the ERP names another address than last time.
HOLDERS = f"""
    create temporary table erp_holder on commit drop as
    select s.*, c.id as company_id, m.user_id as old_user_id, o.email as old_email, null::bigint as user_id
    from erp_stage s
    join accounts_company c on c.number = s.number
    left join access_membership m on m.company_id = c.id and m.is_main_holder
    left join accounts_user o on o.id = m.user_id
    where {cell_changed("EMailLizenzinhaber")};

    -- An address for a holder who had none is linked to that person, unless it is somebody's already.
    update accounts_user u set email = h.holder_email from (
        select distinct on (holder_email) * from erp_holder
        where old_user_id is not null and old_email is null and holder_email <> ''
        order by holder_email, line
    ) h where u.id = h.old_user_id and not exists (select 1 from accounts_user x where lower(x.email) = h.holder_email);

    insert into accounts_user (password, is_superuser, username, first_name, last_name, is_staff, is_active, date_joined,
        email, salutation, phone, language)
    select distinct on (coalesce(nullif(h.holder_email, ''), h.number)) '!' || h.username, false, h.username,
        h.first_name, h.last_name, false, true, now(), nullif(h.holder_email, ''), h.salutation, '', 'de'
    from erp_holder h
    where (h.holder_email <> '' and not exists (select 1 from accounts_user x where lower(x.email) = h.holder_email))
       or (h.holder_email = '' and h.old_user_id is null)
    order by coalesce(nullif(h.holder_email, ''), h.number), h.line;

    update erp_holder h set user_id = u.id from accounts_user u
    where (h.holder_email <> '' and lower(u.email) = h.holder_email)
       or (h.holder_email = '' and u.id = h.old_user_id);
    update erp_holder h set user_id = u.id from accounts_user u where h.user_id is null and u.username = h.username;
"""

NAMES = f"""
    update accounts_user u set
        first_name = {keep_unless_changed("Vorname", "s.first_name", "u.first_name")},
        last_name = {keep_unless_changed("Nachname", "s.last_name", "u.last_name")},
        salutation = {keep_unless_changed("Anrede", "s.salutation", "u.salutation")}
    from erp_stage s join accounts_company c on c.number = s.number
    join access_membership m on m.company_id = c.id and m.is_main_holder
    where u.id = m.user_id and s.said_before is not null;
"""

# What allauth keeps beside the address: one confirmed row each, for the vendor's master data are trusted.
LINKED_ADDRESSES = """
    insert into account_emailaddress (user_id, email, verified, "primary")
    select u.id, u.email, true, true from accounts_user u
    where u.email is not null and not exists (select 1 from account_emailaddress e where e.user_id = u.id)
    on conflict do nothing;
"""


def apply(cursor):
    cursor.execute(LOCK_COMPANIES.format(number="number"))
    cursor.execute(
        "alter table erp_stage add column username text; update erp_stage set username = 'p-' || "
        "substr(replace(gen_random_uuid()::text, '-', ''), 1, 16)"
    )
    for statement in (COMPANIES, HOLDERS, NAME_HOLDERS, "drop table erp_holder", NAMES, LINKED_ADDRESSES):
        cursor.execute(statement)


# Nobody is on both sides of the counter (decision 0051).
STAFF = "select lower(email) from accounts_user where is_staff and email is not null"

SAID_OF = {"postal_code": "postal code", "phone": "phone number", "vat_id": "VAT id"}


def doubts(country: str, *values: str) -> list[str]:
    """Of the columns of CHECKS; the ERP may know better, or older."""
    checked = zip(CHECKS, values, strict=True)
    return [
        f"{SAID_OF[name]} not valid in {country}"
        for name, value in checked
        if value and not CHECKS[name][0](value, country)
    ]


CUSTOMERS = Table(
    file="kunden.csv",
    key=["number"],
    twice="customer number twice",
    columns=[
        Column("KdNr", "number", customer_number(), missing="customer number missing"),
        Column("Firma", "name", text(Company.name), missing="company name missing"),
        Column("Zusatz", "name_extra", text(Company.name_extra)),
        Column("Strasse", "street", text(Company.street)),
        Column("PLZ", "postal_code", text(Company.postal_code)),
        Column("Ort", "city", text(Company.city)),
        Column("Land", "country", choice(COUNTRIES, Company.country, reason="country unknown")),
        Column("Telefon", "phone", text(Company.phone)),
        Column("EMail", "email", email()),
        Column("UStIdNr", "vat_id", text(Company.vat_id)),
        Column("Anrede", "salutation", choice(SALUTATIONS, User.salutation, reason="salutation unknown")),
        Column("Vorname", "first_name", text(User.first_name)),
        Column("Nachname", "last_name", text(User.last_name)),
        Column("EMailLizenzinhaber", "holder_email", email()),
        Column("Gesperrt", "is_blocked", yes_no(Company.is_blocked)),
        Column("AngelegtAm", "customer_since", day(Company.customer_since)),
    ],
    excluded=[Excluded("holder_email", STAFF, "address of the vendor's staff")],
    apply=apply,
    doubts=Doubts(f"select line, country, {', '.join(CHECKS)} from erp_stage", doubts),
)
