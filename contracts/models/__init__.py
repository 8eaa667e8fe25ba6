from .document import Document, DocumentOpening
from .licence import Licence, Maintenance, Product
from .terms import Acceptance, Terms

__all__ = ["Acceptance", "Document", "DocumentOpening", "Licence", "Maintenance", "Product", "Terms"]
