from .article import Article, Category, Price
from .cart import Cart, CartLine

__all__ = ["Article", "Cart", "CartLine", "Category", "Price"]
