from .article import Article, Category
from .cart import Cart, CartLine
from .fit import Fit, FitKey
from .picture import Picture
from .price import Price
from .shopping_list import ListLine, ShoppingList
from .training import Booking, TrainingDate
from .vat_check import VatCheck
from .words import Miss, Synonym

__all__ = [
    "Article",
    "Booking",
    "Cart",
    "CartLine",
    "Category",
    "Fit",
    "FitKey",
    "ListLine",
    "Miss",
    "Picture",
    "Price",
    "ShoppingList",
    "Synonym",
    "TrainingDate",
    "VatCheck",
]
