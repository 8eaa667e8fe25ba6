from . import agreements, documents, licences

__all__ = ["agreements", "documents", "licences"]
