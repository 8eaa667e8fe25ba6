from .deletion import DeletionReport
from .document import Document, DocumentOpening
from .invoice import ElectronicInvoice, unread_invoices
from .licence import Licence, Maintenance, Product
from .publication import Publication, PublicationEntry
from .subprocessor import ChangeNotice, Objection, SubProcessor, SubProcessorChange
from .terms import Acceptance, Terms
from .text import DocumentText, PageText, unread_documents

__all__ = [
    "Acceptance",
    "ChangeNotice",
    "DeletionReport",
    "Document",
    "DocumentOpening",
    "DocumentText",
    "ElectronicInvoice",
    "Licence",
    "Maintenance",
    "Objection",
    "PageText",
    "Product",
    "Publication",
    "PublicationEntry",
    "SubProcessor",
    "SubProcessorChange",
    "Terms",
    "unread_documents",
    "unread_invoices",
]
