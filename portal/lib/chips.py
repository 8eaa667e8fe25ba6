"""What a list is narrowed to, as chips that can be taken off: components/_chips.html."""

from dataclasses import dataclass

from django.http import QueryDict


@dataclass(frozen=True)
class Chip:
    """text: what is asked. without: the address's query that no longer asks it."""

    text: str
    without: str

    @classmethod
    def of(cls, text: str, query: QueryDict, *names: str) -> "Chip":
        """The chip that takes these names, and the page, out of a query."""
        rest = query.copy()
        for name in (*names, "page"):
            rest.pop(name, None)
        return cls(text, f"?{rest.urlencode()}")
