from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse

# Wrong one-time links: nobody mistypes that many in a minute, and a guess needs far more.
DEAD_LINKS = "20/m/ip"


def too_many_dead_links(request: HttpRequest) -> HttpResponse | None:
    """The page that asks to wait (429) once an address in the network has tried too many wrong links, or None.

    Counted in the shared cache, so all servers count together.
    """
    config = {"dead_link": DEAD_LINKS}
    return ratelimit.consume_or_429(request, app="portal", action="dead_link", config=config, limit_get=True)
