from django.db import migrations

# Net as added over the lines that stand, VAT rounded half up once per rate, as everywhere.
FILL = """
update orders_order o set valid_net = sums.net, valid_vat = sums.vat from (
    select id, coalesce(sum(net), 0) as net, coalesce(sum(vat), 0) as vat from (
        select d.id, sum(l.net) as net, round(sum(l.net) * l.vat_rate / 100, 2) as vat
        from (select distinct order_id as id from orders_orderline where state = 'declined') d
        left join orders_orderline l on l.order_id = d.id and l.state <> 'declined'
        group by d.id, l.vat_rate
    ) rates group by id
) sums where sums.id = o.id
"""


class Migration(migrations.Migration):
    """Orders of which lines were declined before what counts was kept beside what was ordered."""

    dependencies = [("orders", "0009_offered_and_sums_that_count")]

    operations = [migrations.RunSQL(FILL, "update orders_order set valid_net = null, valid_vat = null")]
