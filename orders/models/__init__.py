from .erp import ErpCall, ErpToken, Webhook, WebhookCall
from .grant import Grant
from .order import CONCLUDED, COUNTED_NET, ERP, TOLD, MonthSum, Order, OrderEvent, OrderLine

__all__ = [
    "CONCLUDED", "COUNTED_NET", "ERP", "TOLD", "ErpCall", "ErpToken", "Grant", "MonthSum", "Order", "OrderEvent",
    "OrderLine", "Webhook", "WebhookCall",
]  # fmt: skip
