"""auftraege.csv, auftragspositionen.csv.

Orders of the ERP's own are written as it says, set by set. Those that were placed in the portal go on through the
machine of states alone (orders.from_erp), and are in nothing else what a table says.
"""

from decimal import ROUND_HALF_UP, Decimal

from accounts.models import Company
from portal.lib.erp import (
    CellRefused,
    Column,
    Reference,
    Table,
    choice,
    code,
    day,
    email,
    number,
    percent,
    price,
    text,
)
from portal.lib.erp.cells import amount_fits
from shop.models.article import MOST_MONTHS, MOST_PERIODS

from .from_erp import move_orders, refuse_lines
from .handover import STATES
from .models import ERP, Order, OrderLine

# As orders are handed over (orders.handover): composed, in Windows-1252, "?" for what it cannot say. What comes back like
# that is our own word, and stays whole.
WORD = "regexp_replace(normalize({}), '[^\\u0020-\\u007e\\u00a0-\\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]', '?', 'g')"


def unless_ours(table: str, name: str) -> str:
    """SQL: the ERP's text, but ours where it is what the ERP was told of it."""
    ours = WORD.format(f"{table}.{name}")
    return f"case when {ours} = excluded.{name} then {table}.{name} else excluded.{name} end"


# The address is copied when the order is first seen, and stays as it was then.
ORDER_ROWS = f"""
    create temporary table erp_order on commit drop as
    select s.*, o.id, o.state as was from erp_stage s left join orders_order o on o.number = s.number
    where o.form_key is null;
    update erp_order set id = gen_random_uuid() where id is null;
    insert into orders_order (id, number, company_id, ordered_by_id, orderer_name, state, placed_at, address, reference,
        cost_center, note, net, vat)
    select s.id, s.number, c.id, u.id, left(coalesce(trim(u.first_name || ' ' || u.last_name), ''), 200), s.state,
        s.placed_on::timestamp at time zone 'Europe/Berlin',
        concat_ws(E'\\n', c.name, nullif(c.name_extra, ''), nullif(c.street, ''),
            nullif(trim(c.postal_code || ' ' || c.city), '')),
        s.reference, '', '', 0, 0
    from erp_order s join accounts_company c on c.number = s.customer
    left join accounts_user u on s.orderer <> '' and lower(u.email) = s.orderer
    on conflict (number) do update set state = excluded.state, reference = {unless_ours("orders_order", "reference")}
    where orders_order.form_key is null;
    insert into orders_orderevent (order_id, state, at, by_name, reason)
    select o.id, o.state, case when s.was is null then o.placed_at else now() end, '{ERP}', ''
    from erp_order s join orders_order o on o.id = s.id
    where s.was is distinct from o.state;
    drop table erp_order;
"""

ORDERS = Table(
    file="auftraege.csv",
    key=["number"],
    twice="order number twice",
    columns=[
        Column("AuftragsNr", "number", code(Order.number), missing="order number missing"),
        Column("KdNr", "customer", code(Company.number), missing="customer number missing"),
        Column("Datum", "placed_on", day(Order.placed_at), missing="date not valid"),
        Column("Status", "state", choice(STATES, Order.state, reason="state unknown")),
        Column("BestellerEMail", "orderer", email()),
        Column("Bestellzeichen", "reference", text(Order.reference)),
    ],
    references=[Reference("customer", "accounts_company", "number", "customer unknown")],
    one_by_one=move_orders,
    apply=lambda cursor: cursor.execute(ORDER_ROWS),
)

# Net is rounded half up per line; VAT per rate over the lines of the order. Declined lines do not count.
LINE_ROWS = f"""
    create temporary table erp_line on commit drop as
    select s.*, o.id as order_id from erp_stage s join orders_order o on o.number = s.order_number
    where o.form_key is null;
    insert into orders_orderline (order_id, position, article_id, article_number, name, unit, quantity, unit_price,
        period_months, periods, vat_rate, net)
    select s.order_id, s.position, a.id, s.article, s.name, coalesce(a.unit, ''), s.quantity, s.unit_price,
        s.period_months, s.periods, s.vat_rate,
        round(s.quantity * s.unit_price * coalesce(s.period_months * s.periods, 1), 2)
    from erp_line s left join shop_article a on a.number = s.article
    on conflict (order_id, position) do update set article_id = excluded.article_id,
        article_number = {unless_ours("orders_orderline", "article_number")},
        name = {unless_ours("orders_orderline", "name")}, quantity = excluded.quantity,
        unit_price = excluded.unit_price, period_months = excluded.period_months, periods = excluded.periods,
        vat_rate = excluded.vat_rate, net = excluded.net;
    update orders_order o set net = sums.net, vat = sums.vat,
        valid_net = case when sums.is_less then sums.valid_net end,
        valid_vat = case when sums.is_less then sums.valid_vat end
    from (
        select order_id, sum(net) as net, sum(vat) as vat, bool_or(is_less) as is_less,
            coalesce(sum(valid_net), 0) as valid_net, coalesce(sum(valid_vat), 0) as valid_vat
        from (
            select l.order_id, sum(l.net) as net, round(sum(l.net) * l.vat_rate / 100, 2) as vat,
                bool_or(l.state = 'declined') as is_less,
                sum(l.net) filter (where l.state <> 'declined') as valid_net,
                round(sum(l.net) filter (where l.state <> 'declined') * l.vat_rate / 100, 2) as valid_vat
            from orders_orderline l where l.order_id in (select order_id from erp_line) group by l.order_id, l.vat_rate
        ) rates group by order_id
    ) sums where sums.order_id = o.id;
    drop table erp_line;
"""


def check_line(values):
    months, periods = values["period_months"], values["periods"]
    if (months is None) != (periods is None):
        raise CellRefused("a rent has months and periods, or neither")
    whole = values["quantity"] * values["unit_price"] * (months or 1) * (periods or 1)
    net = whole.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if not amount_fits(net, OrderLine.net.field):
        raise CellRefused("quantity times price too large")


ORDER_LINES = Table(
    file="auftragspositionen.csv",
    key=["order_number", "position"],
    twice="position twice",
    columns=[
        Column("AuftragsNr", "order_number", code(Order.number), missing="order number missing"),
        Column("Pos", "position", number(OrderLine.position), missing="number not valid"),
        Column("ArtNr", "article", code(OrderLine.article_number)),
        Column("Bezeichnung", "name", text(OrderLine.name), missing="name missing"),
        Column("Menge", "quantity", number(OrderLine.quantity, least=1), missing="number not valid"),
        Column("Einzelpreis", "unit_price", price(OrderLine.unit_price), missing="price missing"),
        Column("MwSt", "vat_rate", percent(OrderLine.vat_rate), missing="number not valid"),
        Column("Laufzeit", "period_months", number(OrderLine.period_months, least=1, most=MOST_MONTHS), optional=True),
        Column("Perioden", "periods", number(OrderLine.periods, least=1, most=MOST_PERIODS), optional=True),
    ],
    references=[Reference("order_number", "orders_order", "number", "order unknown")],
    check=check_line,
    one_by_one=refuse_lines,
    apply=lambda cursor: cursor.execute(LINE_ROWS),
)
