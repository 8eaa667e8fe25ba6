from .erp import ErpCall, ErpToken, Webhook, WebhookCall
from .grant import Grant
from .order import Order, OrderEvent, OrderLine

__all__ = ["ErpCall", "ErpToken", "Grant", "Order", "OrderEvent", "OrderLine", "Webhook", "WebhookCall"]
