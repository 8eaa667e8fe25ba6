from . import companies, newsletter, people, requests

__all__ = ["companies", "newsletter", "people", "requests"]
