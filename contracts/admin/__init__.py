from . import agreements, documents, invoices, licences, publications

__all__ = ["agreements", "documents", "invoices", "licences", "publications"]
