"""produkte.csv, lizenzen.csv, dokumente.csv."""

from accounts.models import Company
from portal.lib.erp import Column, Reference, Table, choice, code, day, file_in, number, text, yes_no
from portal.lib.erp.files import store_files

from .models import Document, Licence, Maintenance, Product, Terms

PRODUCT_ROWS = """
    insert into contracts_product (number, name, tagline, is_active)
    select number, name, tagline, is_active from erp_stage
    on conflict (number) do update set name = excluded.name, tagline = excluded.tagline, is_active = excluded.is_active;
"""

PRODUCTS = Table(
    file="produkte.csv",
    key=["number"],
    twice="product number twice",
    columns=[
        Column("ProdNr", "number", code(Product.number), missing="product number missing"),
        Column("Bezeichnung", "name", text(Product.name), missing="name missing"),
        Column("Kurztext", "tagline", text(Product.tagline)),
        Column("Aktiv", "is_active", yes_no(Product.is_active)),
    ],
    apply=lambda cursor: cursor.execute(PRODUCT_ROWS),
)

LICENCE_ROWS = """
    insert into contracts_licence (number, company_id, product_id, kind, seats, starts_on, ends_on)
    select s.number, c.id, p.id, s.kind, s.seats, s.starts_on, case when s.kind = 'M' then s.ends_on end
    from erp_stage s join accounts_company c on c.number = s.customer join contracts_product p on p.number = s.product
    on conflict (number) do update set company_id = excluded.company_id, product_id = excluded.product_id,
        kind = excluded.kind, seats = excluded.seats, starts_on = excluded.starts_on, ends_on = excluded.ends_on;
    -- The ERP tells one period per licence, by its end; a period that staff added for itself has another start.
    -- One that begins as before is changed and not made anew: what orders have given points at it.
    delete from contracts_maintenance m using contracts_licence l, erp_stage s
    where m.licence_id = l.id and l.number = s.number and s.said_before is not null
      and (s.maintenance = '' or m.starts_on is distinct from
        case when s.maintained_until < s.starts_on then null else s.starts_on end)
      and (m.starts_on is null or m.starts_on = to_date(s.said_before->>'Kaufdatum', 'DD.MM.YYYY'));
    insert into contracts_maintenance (licence_id, kind, starts_on, ends_on)
    select l.id, s.maintenance, case when s.maintained_until < s.starts_on then null else s.starts_on end,
        s.maintained_until
    from erp_stage s join contracts_licence l on l.number = s.number where s.maintenance <> ''
    on conflict (licence_id, starts_on) do update set kind = excluded.kind, ends_on = excluded.ends_on;
"""

LICENCES = Table(
    file="lizenzen.csv",
    key=["number"],
    twice="licence number twice",
    columns=[
        Column("LizenzNr", "number", code(Licence.number), missing="licence number missing"),
        Column("KdNr", "customer", code(Company.number), missing="customer number missing"),
        Column("ProdNr", "product", code(Product.number), missing="product number missing"),
        Column("Anzahl", "seats", number(Licence.seats, least=1), missing="number not valid"),
        Column("Kaufdatum", "starts_on", day(Licence.starts_on), missing="date not valid"),
        Column("Art", "kind", choice({"K": "K", "M": "M"}, Licence.kind)),
        Column("LaufzeitBis", "ends_on", day(Licence.ends_on)),
        Column("Pflege", "maintenance", choice({"": "", "SPV": "SPV", "UPV": "UPV"}, Maintenance.kind)),
        Column("PflegeBis", "maintained_until", day(Maintenance.ends_on)),
    ],
    references=[
        Reference("customer", "accounts_company", "number", "customer unknown"),
        Reference("product", "contracts_product", "number", "product unknown"),
    ],
    apply=lambda cursor: cursor.execute(LICENCE_ROWS),
)

# A row without a customer is general terms; a paper whose file changed is a new version beside the old one.
DOCUMENT_ROWS = """
    insert into contracts_terms (number, kind, title, valid_from, file, file_name, size, sha256)
    select number, kind, title, dated_on, source_stored, source_name, source_size, source_sha256
    from erp_stage where customer = '' and kind in ('SPV', 'UPV', 'AGB', 'AVV')
    on conflict (number, valid_from) do update set kind = excluded.kind, title = excluded.title, file = excluded.file,
        file_name = excluded.file_name, size = excluded.size, sha256 = excluded.sha256;

    update contracts_document d set company_id = c.id, kind = s.kind, title = s.title, dated_on = s.dated_on
    from erp_stage s join accounts_company c on c.number = s.customer
    where d.number = s.number and d.replaced_by_id is null and d.sha256 = s.source_sha256 and d.recalled_at is null
        and d.deleted_at is null;

    create temporary table erp_version on commit drop as
    select gen_random_uuid() as id, c.id as company_id, s.*, d.id as old_id, coalesce(d.version, 0) + 1 as version
    from erp_stage s join accounts_company c on c.number = s.customer
    left join contracts_document d on d.number = s.number and d.replaced_by_id is null
    -- What was recalled as another company's comes anew, to the right one; what is past its retention does not.
    where d.deleted_at is null and (d.id is null or d.sha256 <> s.source_sha256
        or (d.recalled_at is not null and d.company_id <> c.id));
    insert into contracts_document (id, company_id, number, version, kind, title, dated_on, file, file_name, size, sha256,
        filed_at)
    select id, company_id, number, version, kind, title, dated_on, source_stored, source_name, source_size,
        source_sha256, now() from erp_version;
    update contracts_document d set replaced_by_id = v.id from erp_version v where d.id = v.old_id;
    drop table erp_version;
"""


def apply_documents(cursor):
    store_files(cursor, "source", "documents")
    cursor.execute(DOCUMENT_ROWS)


DOCUMENTS = Table(
    file="dokumente.csv",
    key=["number"],
    twice="document number twice",
    columns=[
        Column("DokNr", "number", code(Document.number, Terms.number), missing="document number missing"),
        Column("KdNr", "customer", code(Company.number)),
        Column("Typ", "kind", choice({kind: kind for kind in ("AB", "RE", "SPV", "UPV", "AVV", "AGB")}, Document.kind)),
        Column("Datum", "dated_on", day(Document.dated_on), missing="date not valid"),
        Column("Titel", "title", text(Document.title, Terms.title), missing="title missing"),
        Column("Datei", "source", file_in("dokumente", Document.file_name, Terms.file_name), missing="file missing"),
    ],
    references=[Reference("customer", "accounts_company", "number", "customer unknown")],
    apply=apply_documents,
)
