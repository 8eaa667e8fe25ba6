from django.conf import settings
from django.utils.functional import SimpleLazyObject

from access.door import enter_last
from access.rights import Right

from .frame import Frame
from .tiles import tiles_of

# Pages that are the person's own, whatever the company: they stand in the frame of the one looked at last.
OWN = ("/konto/", "/anmeldung/", "/pass/")


def frame(request):
    """What the frame of every page shows: brand, tiles of "Ihr Konto", number of articles in the cart."""
    if request.path_info.startswith(OWN):
        enter_last(request)
    context = {"brand": settings.BRAND, "is_demo": settings.DEMO}
    if getattr(request, "company", None) is not None and getattr(request, "rights", None) is not None:
        context["tiles"] = SimpleLazyObject(lambda: tiles_of(request))
        context["cart_count"] = cart_count(request)
    context["drawn"] = Frame(request, context.get("cart_count"))
    return context


def cart_count(request):
    """Lines of the person's cart at this company; None for who may not order."""
    if Right.SHOP not in request.rights:
        return None
    # A page that has changed the cart says how much is in it now.
    return getattr(request, "cart_lines", request.membership.cart_lines)
