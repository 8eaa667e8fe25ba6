from . import agreements, documents, invoices, licences

__all__ = ["agreements", "documents", "invoices", "licences"]
