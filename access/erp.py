"""personen.csv: authorised people with their switches."""

from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model

from portal.lib.by_country import is_phone
from portal.lib.erp import CellRefused, Column, Doubts, Excluded, Reference, Table, choice, code, day, email, text
from portal.lib.erp.cells import Parser
from portal.lib.erp.table import cell_changed

from .models import Membership
from .rights import Right

Company: Any = Membership.company.field.related_model
User = get_user_model()

SALUTATIONS = {"": "", "Herr": "mr", "Frau": "ms"}
RIGHTS = {
    "SHOP": Right.SHOP,
    "DOWNLOAD": Right.DOWNLOADS,
    "VERTRAG": Right.CONTRACTS,
    "KONTO": Right.ACCOUNT,
    "ZUGANG": Right.ACCESS,
}


def rights() -> Parser:
    """ "SHOP,DOWNLOAD" -> the codenames, comma-separated."""

    def read(cell: str, folder: Path) -> str:
        words = [word.strip() for word in cell.split(",") if word.strip()]
        if not set(words) <= set(RIGHTS):
            raise CellRefused("permission unknown")
        return ",".join(RIGHTS[word].value for word in words)

    return Parser(read)


PEOPLE = """
    insert into accounts_user (password, is_superuser, username, first_name, last_name, is_staff, is_active, date_joined,
        email, salutation, phone, language)
    select distinct on (s.email) '!' || gen_random_uuid(),
        false, 'p-' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 16),
        s.first_name, s.last_name, false, true, now(), s.email, s.salutation, s.phone, 'de'
    from erp_stage s where s.said_before is null
        and not exists (select 1 from accounts_user u where lower(u.email) = s.email)
    order by s.email, s.line;
    insert into account_emailaddress (user_id, email, verified, "primary")
    select u.id, u.email, true, true from accounts_user u join erp_stage s on lower(u.email) = s.email
    where not exists (select 1 from account_emailaddress e where e.user_id = u.id)
    on conflict do nothing;
"""

# Who was removed in the portal stays removed: only a person whom the ERP names for the first time is let in.
MEMBERSHIPS = f"""
    insert into access_membership (company_id, user_id, is_holder, is_main_holder, function, phone, ends_on, created_at,
        accepted_at, version)
    select c.id, u.id, false, false, '', '', s.ends_on, now(), now(), 1
    from erp_stage s join accounts_company c on c.number = s.customer join accounts_user u on lower(u.email) = s.email
    where s.said_before is null
    on conflict (company_id, user_id) do nothing;

    update access_membership m set version = m.version + 1, ends_on = s.ends_on
    from erp_stage s join accounts_company c on c.number = s.customer join accounts_user u on lower(u.email) = s.email
    where m.company_id = c.id and m.user_id = u.id and not m.is_holder and s.said_before is not null
        and {cell_changed("GueltigBis")} and m.ends_on is distinct from s.ends_on;
"""

# A holder may do everything without switches; theirs are left alone.
SWITCHES = f"""
    create temporary table erp_switch on commit drop as
    select m.id as membership_id, m.user_id, string_to_array(s.rights, ',') as rights
    from erp_stage s join accounts_company c on c.number = s.customer join accounts_user u on lower(u.email) = s.email
    join access_membership m on m.company_id = c.id and m.user_id = u.id and not m.is_holder
    where {cell_changed("Rechte")};
    update access_membership m set version = m.version + 1 from erp_switch s
    where m.id = s.membership_id and s.rights is distinct from (
        select coalesce(array_agg(p.codename::text order by array_position(s.rights, p.codename::text)), '{{}}')
        from access_membershipright r join auth_permission p on p.id = r.permission_id where r.content_object_id = m.id
    );
    delete from access_membershipright r using erp_switch s, auth_permission p
    where r.content_object_id = s.membership_id and p.id = r.permission_id and not p.codename = any(s.rights);
    insert into access_membershipright (content_object_id, user_id, permission_id)
    select s.membership_id, s.user_id, p.id from erp_switch s
    join auth_permission p on p.codename = any(s.rights)
    join django_content_type t on t.id = p.content_type_id and t.app_label = 'access' and t.model = 'membership'
    on conflict do nothing;
    update access_accessrequest q set answered_at = now(), is_granted = true from erp_switch s
    where q.membership_id = s.membership_id and q.answered_at is null and q."right" = any(s.rights);
    drop table erp_switch;
"""

# For the table of customers, whose rows name their main holder: erp_holder has company_id and user_id. The former main
# holder stays a holder: the import takes nobody out. A holder's switches are of no use, and none are left behind.
NAME_HOLDERS = """
    insert into access_membership (company_id, user_id, is_holder, is_main_holder, function, phone, created_at,
        accepted_at, version)
    select company_id, user_id, true, false, '', '', now(), now(), 1 from erp_holder
    on conflict (company_id, user_id) do update set is_holder = true, ends_on = null, suspended_at = null,
        accepted_at = coalesce(access_membership.accepted_at, now()), version = access_membership.version + 1
        where not access_membership.is_holder;
    delete from access_membershipright r using access_membership m, erp_holder h
    where r.content_object_id = m.id and m.company_id = h.company_id and m.user_id = h.user_id;
    update access_membership m set is_main_holder = false, version = m.version + 1 from erp_holder h
    where m.company_id = h.company_id and m.is_main_holder and m.user_id <> h.user_id;
    update access_membership m set is_main_holder = true, version = m.version + 1 from erp_holder h
    where m.company_id = h.company_id and m.user_id = h.user_id and not m.is_main_holder;
"""

# The order of locks (access.acting): companies by id before whatever is theirs.
LOCK_COMPANIES = """
    select 1 from accounts_company where number in (select {number} from erp_stage) order by id for update
"""


def apply(cursor: Any) -> None:
    cursor.execute(LOCK_COMPANIES.format(number="customer"))
    for statement in (PEOPLE, MEMBERSHIPS, SWITCHES):
        cursor.execute(statement)


# Nobody is on both sides of the counter (decision 0051).
STAFF = "select lower(email) from accounts_user where is_staff and email is not null"

DOUBTS = """
    select s.line, c.country, s.phone from erp_stage s join accounts_company c on c.number = s.customer where s.phone <> ''
"""


def doubts(country: str, phone: str) -> list[str]:
    return [] if is_phone(phone, country) else [f"phone number not valid in {country}"]


AUTHORISED_PEOPLE = Table(
    file="personen.csv",
    key=["customer", "email"],
    twice="person twice",
    columns=[
        Column("KdNr", "customer", code(Company.number), missing="customer number missing"),
        Column("Anrede", "salutation", choice(SALUTATIONS, User.salutation, reason="salutation unknown")),
        Column("Vorname", "first_name", text(User.first_name)),
        Column("Nachname", "last_name", text(User.last_name)),
        Column("EMail", "email", email(), missing="e-mail missing"),
        Column("Telefon", "phone", text(User.phone)),
        Column("Rechte", "rights", rights()),
        Column("GueltigBis", "ends_on", day(Membership.ends_on)),
    ],
    references=[Reference("customer", "accounts_company", "number", "customer unknown")],
    excluded=[Excluded("email", STAFF, "address of the vendor's staff")],
    apply=apply,
    doubts=Doubts(DOUBTS, doubts),
)
