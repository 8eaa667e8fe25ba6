from django import forms
from django.utils.translation import gettext_lazy as _

from .models.cart import MAX_QUANTITY

SORTS = [("", _("Best first")), ("name", _("By name")), ("price", _("Cheapest first")), ("-price", _("Dearest first"))]
ORDER_BY = {
    "name": ["name", "number"],
    "price": ["list_price", "name", "number"],
    "-price": ["-list_price", "name", "number"],
}


class QuantityForm(forms.Form):
    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=MAX_QUANTITY,
        initial=1,
        error_messages={
            "invalid": _("Please enter a whole number."),
            "required": _("Please enter a whole number."),
        },
        widget=forms.NumberInput(attrs={"class": "quantity", "inputmode": "numeric"}),
    )
