from . import companies, newsletter, people, programs, requests

__all__ = ["companies", "newsletter", "people", "programs", "requests"]
