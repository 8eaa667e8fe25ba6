from .erp import ErpCall, ErpToken, Webhook, WebhookCall
from .grant import Grant
from .order import CONCLUDED, COUNTED_NET, ERP, TOLD, MonthSum, Order, OrderEvent, OrderLine
from .words import OrderWords

__all__ = [
    "CONCLUDED", "COUNTED_NET", "ERP", "TOLD", "ErpCall", "ErpToken", "Grant", "MonthSum", "Order", "OrderEvent",
    "OrderLine", "OrderWords", "Webhook", "WebhookCall",
]  # fmt: skip
