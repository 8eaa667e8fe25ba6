
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0007_webhook_calls'),
        ('shop', '0011_rents_run_for_periods'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderline',
            name='period_months',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='months of a period'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='periods',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='periods'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='waits_for',
            field=models.CharField(blank=True, choices=[('article', 'the article is no longer in the shop'), ('product', 'we set the licence up by hand, as the article names no product'), ('licence', 'there is no bought licence to maintain'), ('endless', 'the maintenance runs without end already'), ('date', 'a date has to be agreed')], db_default='', default='', max_length=10, verbose_name='waits for staff'),
        ),
        migrations.AddIndex(
            model_name='orderline',
            index=models.Index(condition=models.Q(('waits_for', ''), _negated=True), fields=['order'], name='order_line_waits'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('period_months', None), ('periods', None)), models.Q(('period_months__gte', 1), ('period_months__isnull', False), ('periods__gte', 1), ('periods__isnull', False)), _connector='OR'), name='order_line_has_whole_periods'),
        ),
    ]
