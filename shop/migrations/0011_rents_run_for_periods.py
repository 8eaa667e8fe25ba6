
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0003_recall_retention_subprocessors'),
        ('shop', '0010_joined_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='article',
            name='max_periods',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, help_text='For rent: up to how many periods a customer may choose.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(120)], verbose_name='most periods'),
        ),
        migrations.AddField(
            model_name='article',
            name='min_periods',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, help_text='For rent: how many periods a customer rents at least.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(120)], verbose_name='least periods'),
        ),
        migrations.AddField(
            model_name='cartline',
            name='periods',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name='periods'),
        ),
        migrations.AddField(
            model_name='cartline',
            name='seen_months',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='listline',
            name='periods',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name='periods'),
        ),
        migrations.AlterField(
            model_name='article',
            name='period_months',
            field=models.PositiveSmallIntegerField(blank=True, help_text='For rent: one period, for which the price per month is agreed; empty means 12 months.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1200)], verbose_name='runs for months'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('max_periods__gte', models.F('min_periods')), ('max_periods__lte', 120), ('min_periods__gte', 1)), name='article_periods_in_range'),
        ),
        migrations.AddConstraint(
            model_name='cartline',
            constraint=models.CheckConstraint(condition=models.Q(('periods__gte', 1)), name='cart_periods_positive'),
        ),
        migrations.AddConstraint(
            model_name='listline',
            constraint=models.CheckConstraint(condition=models.Q(('periods__gte', 1)), name='list_periods_positive'),
        ),
    ]
