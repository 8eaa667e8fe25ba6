"""Asking for a page many times, and for the bare page just before: each ratio is of two figures seconds apart."""

import gzip
import http.client
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from urllib.parse import urlencode

from .cpu import Meter
from .pages import SECRET, Page
from .serving import Site

WARM_UP, BARE_TURNS = 3, 25


class PageRefused(Exception):
    """A page answered otherwise than it should; the text says how."""


@dataclass
class Turn:
    """Milliseconds of CPU for one request, of the web processes and of PostgreSQL, and the bare page's beside it."""

    web: float
    database: float
    bare: float

    @property
    def ratio(self) -> float:
        return (self.web + self.database) / self.bare


@dataclass
class Figures:
    """What was measured of a page; size and packed are bytes of HTML, as sent and by gzip."""

    turns: list[Turn] = field(default_factory=list)
    size: int = 0
    packed: int = 0

    def as_json(self) -> dict:
        """Medians over the rounds."""
        median = {name: statistics.median(getattr(turn, name) for turn in self.turns) for name in ("web", "database")}
        ratios = [turn.ratio for turn in self.turns]
        return {
            **{name: round(value, 2) for name, value in median.items()},
            "bare": round(statistics.median(turn.bare for turn in self.turns), 2),
            "ratio": round(statistics.median(ratios), 2),
            "least": round(min(ratios), 2),
            "most": round(max(ratios), 2),
            "size": self.size,
            "packed": self.packed,
        }


class Line:
    """One keep-alive connection to a site."""

    def __init__(self, site: Site) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=120)
        self.origin = f"http://127.0.0.1:{site.port}"

    def ask(self, page: Page, path: str, cookie: str) -> bytes:
        """The body; raises PageRefused where the status is another than the page's."""
        headers = {"Cookie": cookie, "Accept": "text/html", "User-Agent": "bench"}
        body = None
        if page.form:
            body = urlencode({**page.form, "csrfmiddlewaretoken": SECRET})
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin}
        try:
            answer, content = self._sent("POST" if page.form else "GET", path, body, headers)
        except ConnectionError:
            # A worker that was busy for too long was replaced, or closed a connection that was idle.
            self.line.close()
            answer, content = self._sent("POST" if page.form else "GET", path, body, headers)
        if answer.status != page.status:
            raise PageRefused(f"{page.name}: {path} answered {answer.status}.")
        return content

    def _sent(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self.line.request(method, path, body, headers)
        answer = self.line.getresponse()
        return answer, answer.read()


class Bench:
    """Measures pages of a site beside the bare page. database: process id of PostgreSQL's first process."""

    def __init__(self, site: Site, bare: Site, bare_cookie: str, database: int) -> None:
        self.site, self.bare, self.database = site, bare, database
        self.line, self.bare_line = Line(site), Line(bare)
        self.bare_page = Page("B", "/page", bare_cookie)

    def measure(self, pages: list[Page], rounds: int, turns: int, tell: Callable[[str], None]) -> dict[str, Figures]:
        """{name: Figures}; each page in each round, its first visits in the first one only."""
        found: dict[str, Figures] = {}
        for number in range(rounds):
            for page in pages:
                if number and page.each:
                    continue
                figures = found.setdefault(page.name, Figures())
                turn, content = self._turn(page, turns)
                figures.turns.append(turn)
                figures.size, figures.packed = len(content), len(gzip.compress(content, 6))
                tell(f"{number} {page.name:<28}{turn.web:8.1f} +{turn.database:8.1f} ms  {turn.ratio:7.2f} B")
        return found

    def _turn(self, page: Page, turns: int) -> tuple[Turn, bytes]:
        bare = sum(self._asked(self.bare_line, self.bare, self.bare_page, BARE_TURNS)[:2])
        web, database, content = self._asked(self.line, self.site, page, turns)
        return Turn(web, database, bare), content

    def _asked(self, line: Line, site: Site, page: Page, turns: int) -> tuple[float, float, bytes]:
        ways = cycle(page.each or [(page.path, page.cookie)])
        turns = len(page.each) or turns
        for _turn in range(0 if page.each else WARM_UP):
            line.ask(page, *next(ways))
        web, database = Meter(site.pid), Meter(self.database)
        content = b""
        for _turn in range(turns):
            content = line.ask(page, *next(ways))
        return web.used() / turns, database.used() / turns, content
