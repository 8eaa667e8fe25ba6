from django.db import models


class ErpRow(models.Model):
    """What the ERP last said of a row of its export, so that the next import sees what changed."""

    table = models.CharField(max_length=60)
    key = models.CharField(max_length=400)
    said = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "key"], name="erp_row_once")]

    def __str__(self):
        return f"{self.table} {self.key}"
