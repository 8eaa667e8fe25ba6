"""artikel.csv, preise.csv."""

from accounts.models import Company
from contracts.models import Product
from portal.lib.erp import (
    CellRefused,
    Column,
    Doubts,
    Reference,
    Table,
    choice,
    code,
    codes,
    number,
    percent,
    price,
    text,
    yes_no,
)
from portal.lib.erp.cells import Parser

from .models import Article, Category, Price
from .models.article import MOST_MONTHS, MOST_PERIODS, USUAL_MONTHS


def category() -> Parser:
    """A path of shelves, "Software/Kauf"; each has a name that fits."""
    path, longest = text(Category.path), Category.name.field.max_length

    def read(cell, folder):
        if cell and not all(0 < len(name) <= longest for name in cell.split("/")):
            raise CellRefused("category not valid: a name is empty or too long")
        return path.read(cell, folder)

    return Parser(read, fields=(*path.fields, Category.name.field))


# "Software/Kauf" stands below "Software"; missing parents are made.
CATEGORY_ROWS = """
    insert into shop_category (path, name, position)
    select distinct on (path) path, regexp_replace(path, '^.*/', ''), 0 from (
        select array_to_string((string_to_array(category, '/'))[1:depth], '/') as path
        from (select distinct category from erp_stage where category <> '') c,
            generate_series(1, cardinality(string_to_array(category, '/'))) depth
    ) paths on conflict (path) do nothing;
    update shop_category child set parent_id = parent.id from shop_category parent
    where child.parent_id is null and child.path like '%%/%%' and parent.path = regexp_replace(child.path, '/[^/]*$', '');
"""

ARTICLE_ROWS = """
    insert into shop_article (number, name, description, kind, category_id, unit, list_price, vat_rate, grants_id,
        period_months, min_periods, max_periods, is_active)
    select s.number, s.name, s.description, s.kind, c.id, s.unit, s.list_price, s.vat_rate, g.id,
        s.period_months, coalesce(s.min_periods, 1), coalesce(s.max_periods, s.min_periods, 1), s.is_active
    from erp_stage s left join shop_category c on c.path = s.category left join contracts_product g on g.number = s.grants
    on conflict (number) do update set name = excluded.name, description = excluded.description, kind = excluded.kind,
        category_id = excluded.category_id, unit = excluded.unit, list_price = excluded.list_price,
        vat_rate = excluded.vat_rate, grants_id = excluded.grants_id, is_active = excluded.is_active;
    -- Columns that an export lacks say nothing: what staff have entered stays.
    update shop_article a set
        period_months = case when s.said ? 'Laufzeit' then s.period_months else a.period_months end,
        min_periods = case when s.said ? 'PeriodenMin' then coalesce(s.min_periods, 1) else a.min_periods end,
        max_periods = greatest(
            case when s.said ? 'PeriodenMax' then coalesce(s.max_periods, 1) else a.max_periods end,
            case when s.said ? 'PeriodenMin' then coalesce(s.min_periods, 1) else a.min_periods end)
    from erp_stage s where a.number = s.number;
    delete from shop_article_fits f using shop_article a, erp_stage s, contracts_product p
    where f.article_id = a.id and a.number = s.number and p.id = f.product_id
      and not p.number = any(string_to_array(s.fits, ','));
    insert into shop_article_fits (article_id, product_id)
    select a.id, p.id from erp_stage s join shop_article a on a.number = s.number
    join contracts_product p on p.number = any(string_to_array(s.fits, ','))
    on conflict do nothing;
"""


def check_periods(values):
    least, most = values["min_periods"] or 1, values["max_periods"] or values["min_periods"] or 1
    if most < least:
        raise CellRefused("most periods fewer than least periods")
    if most * (values["period_months"] or USUAL_MONTHS) > MOST_MONTHS:
        raise CellRefused("periods longer than a hundred years")


# Software, bought or rented, that is sold and names no product.
PROMISING_IN_VAIN = "select line from erp_stage where kind in ('K', 'M') and grants = '' and is_active"


def promising_in_vain() -> list[str]:
    return ["promises a licence without LiefertProdNr; orders of it wait for staff"]


def apply_articles(cursor):
    cursor.execute(CATEGORY_ROWS.replace("%%", "%"))
    cursor.execute(ARTICLE_ROWS)


ARTICLES = Table(
    file="artikel.csv",
    key=["number"],
    twice="article number twice",
    columns=[
        Column("ArtNr", "number", code(Article.number), missing="article number missing"),
        Column("Bezeichnung", "name", text(Article.name), missing="name missing"),
        Column("Beschreibung", "description", text(Article.description, longest=20_000)),
        Column("Art", "kind", choice({kind: kind for kind in "KMDSP"}, Article.kind)),
        Column("Warengruppe", "category", category()),
        Column("Preis", "list_price", price(Article.list_price), missing="price missing"),
        Column("MwSt", "vat_rate", percent(Article.vat_rate), missing="number not valid"),
        Column("Einheit", "unit", text(Article.unit)),
        Column("PasstZu", "fits", codes(Product.number)),
        Column("LiefertProdNr", "grants", code(Product.number)),
        Column("Aktiv", "is_active", yes_no(Article.is_active)),
        Column("Laufzeit", "period_months", number(Article.period_months, least=1, most=MOST_MONTHS), optional=True),
        Column("PeriodenMin", "min_periods", number(Article.min_periods, least=1, most=MOST_PERIODS), optional=True),
        Column("PeriodenMax", "max_periods", number(Article.max_periods, least=1, most=MOST_PERIODS), optional=True),
    ],
    references=[
        Reference("fits", "contracts_product", "number", "product unknown", many=True),
        Reference("grants", "contracts_product", "number", "product unknown"),
    ],
    check=check_periods,
    doubts=Doubts(PROMISING_IN_VAIN, promising_in_vain),
    apply=apply_articles,
)

PRICE_ROWS = """
    insert into shop_price (article_id, company_id, from_quantity, net)
    select a.id, c.id, s.from_quantity, s.net
    from erp_stage s join shop_article a on a.number = s.article left join accounts_company c on c.number = s.customer
    on conflict (article_id, company_id, from_quantity, valid_from) do update set net = excluded.net;
"""

PRICES = Table(
    file="preise.csv",
    key=["article", "customer", "from_quantity"],
    twice="price twice",
    columns=[
        Column("ArtNr", "article", code(Article.number), missing="article number missing"),
        Column("KdNr", "customer", code(Company.number)),
        Column("AbMenge", "from_quantity", number(Price.from_quantity, least=1), missing="number not valid"),
        Column("Preis", "net", price(Price.net), missing="price missing"),
    ],
    references=[
        Reference("article", "shop_article", "number", "article unknown"),
        Reference("customer", "accounts_company", "number", "customer unknown"),
    ],
    apply=lambda cursor: cursor.execute(PRICE_ROWS),
)
