from .erp import ErpCall, ErpToken, Webhook, WebhookCall
from .grant import Grant
from .order import CONCLUDED, COUNTED_NET, ERP, TOLD, Order, OrderEvent, OrderLine, YearSum

__all__ = [
    "CONCLUDED", "COUNTED_NET", "ERP", "TOLD", "ErpCall", "ErpToken", "Grant", "Order", "OrderEvent", "OrderLine",
    "Webhook", "WebhookCall", "YearSum",
]  # fmt: skip
