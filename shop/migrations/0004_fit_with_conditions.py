import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table between articles and products gets a model of its own, and conditions."""

    dependencies = [
        ("contracts", "0001_initial"),
        ("shop", "0003_search_columns"),
    ]

    operations = [
        # The table stands already, with the same columns and its unique pair.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Fit",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("article", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="fit_rows", to="shop.article", verbose_name="article")),
                        ("product", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="fit_rows", to="contracts.product", verbose_name="product")),
                    ],
                    options={
                        "verbose_name": "fit",
                        "verbose_name_plural": "fits",
                        "db_table": "shop_article_fits",
                        "unique_together": {("article", "product")},
                    },
                ),
                migrations.AlterField(
                    model_name="article",
                    name="fits",
                    field=models.ManyToManyField(blank=True, related_name="fitting_articles", through="shop.Fit", to="contracts.product", verbose_name="fits"),
                ),
            ],
        ),
        migrations.AddField("fit", "min_seats", models.PositiveIntegerField(db_default=1, default=1, verbose_name="from licensed seats")),
        migrations.AddField("fit", "needs_care", models.CharField(blank=True, choices=[("", "not needed"), ("any", "SPV or UPV"), ("SPV", "SPV")], db_default="", default="", max_length=3, verbose_name="maintenance in force")),
        migrations.AddField("fit", "from_version", models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="from version")),
        migrations.AddField("fit", "from_day", models.DateField(blank=True, editable=False, null=True, verbose_name="released on")),
        migrations.AddConstraint("fit", models.CheckConstraint(condition=models.Q(("from_version", ""), ("from_day__isnull", False), _connector="OR"), name="fit_version_has_day")),
    ]
