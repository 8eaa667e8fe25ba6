from . import agreements, documents, licences, publications

__all__ = ["agreements", "documents", "licences", "publications"]
