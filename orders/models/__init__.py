from .order import Order, OrderEvent, OrderLine

__all__ = ["Order", "OrderEvent", "OrderLine"]
