from django.db import models


class OrderWords(models.Model):
    """What an order is found by: its number, reference, orderer, names and numbers of its articles, a line each.

    Kept by the database alone, which also takes it away with the order.
    """

    order = models.OneToOneField(
        "orders.Order", models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="kept_words"
    )
    company = models.ForeignKey("accounts.Company", models.DO_NOTHING, db_constraint=False, related_name="+")
    # As portal.lib.searching spells them: in small letters, and the same without blanks and hyphens.
    spelt = models.TextField()
    squeezed = models.TextField()

    class Meta:
        verbose_name = verbose_name_plural = "words of orders"

    def __str__(self) -> str:
        return self.spelt
