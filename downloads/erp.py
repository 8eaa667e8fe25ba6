"""versionen.csv: program files of products' versions."""

from contracts.models import Product
from portal.lib.erp import Column, Reference, Table, Target, code, day, file_in, text, yes_no
from portal.lib.erp.files import store_files

from .models import Release, ReleaseFile

# The ERP gives no reason; the optional columns say one, and which version is a security update.
RELEASE_ROWS = """
    insert into downloads_release (product_id, version, released_on, notes, is_security, supported_until, withdrawn_on,
        withdrawn_reason)
    select distinct on (p.id, s.version) p.id, s.version, s.released_on, s.notes, s.is_security, s.supported_until,
        case when s.is_withdrawn then current_date end, case when s.is_withdrawn then s.withdrawn_reason else '' end
    from erp_stage s join contracts_product p on p.number = s.product
    order by p.id, s.version, s.line
    on conflict (product_id, version) do update set released_on = excluded.released_on, notes = excluded.notes,
        is_security = excluded.is_security or downloads_release.is_security,
        supported_until = coalesce(excluded.supported_until, downloads_release.supported_until),
        withdrawn_on = case when excluded.withdrawn_on is not null
            then coalesce(downloads_release.withdrawn_on, excluded.withdrawn_on) end,
        withdrawn_reason = case when excluded.withdrawn_on is not null
            then coalesce(nullif(excluded.withdrawn_reason, ''), downloads_release.withdrawn_reason) else '' end,
        recall_told_at = case when excluded.withdrawn_on is not null then downloads_release.recall_told_at end;
    insert into downloads_releasefile (id, release_id, title, platform, file, file_name, size, sha256)
    select gen_random_uuid(), r.id, s.title, s.platform, s.source_stored, s.source_name, s.source_size, s.source_sha256
    from erp_stage s join contracts_product p on p.number = s.product
    join downloads_release r on r.product_id = p.id and r.version = s.version
    on conflict (release_id, file_name) do update set title = excluded.title, platform = excluded.platform,
        file = excluded.file, size = excluded.size, sha256 = excluded.sha256;
"""


def apply(cursor):
    store_files(cursor, "source", "releases")
    cursor.execute(RELEASE_ROWS)


RELEASES = Table(
    file="versionen.csv",
    key=["product", "version", "title", "platform"],
    twice="program twice",
    columns=[
        Column("ProdNr", "product", code(Product.number), missing="product number missing"),
        Column("Version", "version", code(Release.version), missing="version missing"),
        Column("Datum", "released_on", day(Release.released_on), missing="date not valid"),
        Column("Programm", "title", text(ReleaseFile.title), missing="program missing"),
        Column("Plattform", "platform", text(ReleaseFile.platform)),
        Column("Datei", "source", file_in("versionen", ReleaseFile.file_name), missing="file missing"),
        Column("Hinweise", "notes", text(Release.notes, longest=20_000)),
        Column("Zurueckgezogen", "is_withdrawn", yes_no(Release.withdrawn_on)),
        Column("GrundRueckzug", "withdrawn_reason", text(Release.withdrawn_reason), optional=True),
        Column("Sicherheit", "is_security", yes_no(Release.is_security), optional=True),
        Column("SupportBis", "supported_until", day(Release.supported_until), optional=True),
    ],
    references=[Reference("product", "contracts_product", "number", "product unknown")],
    # A version keeps one file of a name; which of two platforms it is for nobody can tell.
    targets=[Target(["product", "version", "source_name"], "file twice in this version")],
    apply=apply,
)
