from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _

from portal.lib.admin import LookOnly, ReadOnly

from .models import Order, OrderEvent, OrderLine
from .services import OrderRefused, change_state


class OrderLineInline(LookOnly):
    model = OrderLine
    fields = ["position", "article_number", "name", "quantity", "unit_price", "vat_rate", "net"]


class OrderEventInline(LookOnly):
    model = OrderEvent
    fields = ["at", "state", "by_name", "reason"]


@admin.register(Order)
class OrderAdmin(ReadOnly):
    """Orders are copies of what was said; only their state goes on, by the actions."""

    list_display = ["number", "company", "placed_at", "state", "orderer_name", "net"]
    list_select_related = ["company"]
    list_filter = ["state"]
    search_fields = ["number", "company__number", "company__name", "orderer_name", "reference"]
    ordering = ["-placed_at"]
    inlines = [OrderLineInline, OrderEventInline]
    actions = ["accept", "fulfil", "cancel"]

    def has_decide_permission(self, request):
        return request.user.has_perm("orders.change_order")

    @admin.action(description=_("Accept the selected orders"), permissions=["decide"])
    def accept(self, request, queryset):
        self._change(request, queryset, Order.State.ACCEPTED)

    @admin.action(description=_("Mark the selected orders as fulfilled"), permissions=["decide"])
    def fulfil(self, request, queryset):
        self._change(request, queryset, Order.State.FULFILLED)

    @admin.action(description=_("Cancel the selected orders"), permissions=["decide"])
    def cancel(self, request, queryset):
        self._change(request, queryset, Order.State.CANCELLED)

    def _change(self, request, queryset, state):
        for order in queryset:
            try:
                change_state(order, state, by=request.user)
                self.message_user(request, f"{order.number}: {state.label}", messages.SUCCESS)
            except OrderRefused as refusal:
                self.message_user(request, f"{order.number}: {refusal}", messages.ERROR)
