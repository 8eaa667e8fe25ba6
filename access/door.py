"""The door: who may open which page of which company. Every customer view wears one of these."""

from functools import wraps

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse

from portal.lib.standing import Standing

from .missing import or_back
from .models import Membership
from .rights import Right

ANYBODY = "anybody"
PERSON = "person"
MEMBER = "member"
HOLDER = "holder"
# The cookie that says which company was looked at last.
LAST_COMPANY = "company"
_YES = BooleanField()


def _declare(view, needs):
    view.needs = needs
    return view


def public_view(view):
    """Open to everybody, logged in or not."""
    return _declare(login_not_required(view), ANYBODY)


def person_view(view):
    """Open to everybody who is logged in, whatever the company. The login middleware keeps others out."""
    return _declare(or_back(view), PERSON)


def company_view(view=None, *, needs=None, or_if=None):
    """A page of one company, at /kunde/<number>/….

    Sets request.company, request.membership and request.rights (the set of Right values the person has).
    needs: a Right, HOLDER for licence holders only, or None for everybody at the company.
    or_if: lets a member without the right in where or_if(request, **arguments) says so, such as to decide one order.
    What the view looks for and does not find (access.missing) is said on the page it belongs to.
    Raises Http404 to outsiders, as for a company that does not exist (ASVS 8.2.2); answers 403 with the reason, and
    whom to ask, to members without the right, and with whom to call when company or membership are closed. The session
    of a person whom no company lets in any more ends there.
    """
    if view is None:
        return lambda inner: company_view(inner, needs=needs, or_if=or_if)
    view_or_back = or_back(view)

    @wraps(view)
    def guarded(request, number, *args, **kwargs):
        membership = membership_at(request, number)
        if membership is None:
            return closed_page(request, "removed", status=404)
        if closed := why_closed(membership):
            return closed_page(request, closed)
        if membership.company.needs_second_factor and not has_second_factor(request.user):
            return render(request, "accounts/second_factor_needed.html", status=403)
        if needs and not _has(membership, needs) and not (or_if and or_if(request, *args, **kwargs)):
            return _explain(request, needs)
        return _remembered(request, view_or_back(request, *args, **kwargs))

    return _declare(guarded, needs or MEMBER)


def membership_at(request, number):
    """The membership behind a company's address; puts company, membership and rights on the request.

    Raises Http404 to outsiders; returns None for a person whom every company has removed.
    """
    # Staff are nobody's people; a membership from before that rule opens nothing (edge 45).
    if request.user.is_staff:
        raise Http404
    found = MEMBERSHIP(number=number, user=request.user.pk)
    if not found:
        if Membership.objects.filter(user=request.user).exists():
            raise Http404
        return None
    (membership,) = found
    return _entered(request, membership)


def enter_last(request):
    """Puts the company looked at last, else the person's first, on the request: for the frame of a page outside any.

    None is put there for who is let in nowhere, and for a company that wants a second factor the person lacks.
    """
    if getattr(request, "company", None) is not None or not request.user.is_authenticated:
        return
    last = Q(company__number=request.COOKIES.get(LAST_COMPANY, "").replace("\0", "")[:40])
    mine = Membership.objects.filter(user=request.user, user__is_staff=False, company__is_blocked=False).open()
    found = _with_frame(mine, request.user.pk).alias(is_last=ExpressionWrapper(last, _YES))
    membership = found.order_by("-is_last", "company__name", "pk").first()
    if membership is None or (membership.company.needs_second_factor and not has_second_factor(request.user)):
        request.company = request.rights = None
        return
    _entered(request, membership)


def _entered(request, membership):
    # Saves a query wherever the person behind the membership is asked for.
    membership.user = request.user
    request.company, request.membership = membership.company, membership
    request.has_other_companies = membership.has_others
    request.rights = rights_of(membership)
    return membership


def _remembered(request, response):
    """The answer with the company in a cookie: pages that are the person's own stand in its frame."""
    if request.COOKIES.get(LAST_COMPANY) != request.company.number:
        response.set_cookie(
            LAST_COMPANY, request.company.number, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
        )
    return response


def _membership(number, user):
    return _with_frame(Membership.objects.filter(user=user), user).filter(company__number=number).order_by("pk")[:1]


def _with_frame(mine, user):
    """The accepted ones with what the frame shows: whether there are others, and how full the cart is."""
    others = Membership.objects.filter(user=user).exclude(pk=OuterRef("pk")).exclude(accepted_at=None)
    found = mine.select_related("company").exclude(accepted_at=None)
    # Asked along, by reverse relation, the cart costs no query of its own.
    in_cart = Count("company__carts__lines", filter=Q(company__carts__user=user))
    return found.annotate(has_others=Exists(others), cart_lines=in_cart)


# Every page of every customer asks this.
MEMBERSHIP = Standing(_membership, number=str, user=int)


def closed_everywhere(person):
    """Why no company lets this person in ("blocked", "suspended", "expired"), or "" when one does or none is there."""
    if person.is_staff:
        return ""
    memberships = person.memberships.exclude(accepted_at=None).select_related("company")
    reasons = [why_closed(membership) for membership in memberships]
    return reasons[0] if reasons and all(reasons) else ""


def closed_page(request, reason, status=403):
    """The page that says why the door is closed and whom to call; ends the session unless another company is open."""
    if reason == "removed" or closed_everywhere(request.user):
        # Nothing of the company is shown to somebody who is logged out.
        request.company = request.rights = None
        logout(request)
    return render(request, "portal/closed.html", {"reason": reason}, status=status)


def rights_of(membership):
    """All Right values a membership holds; none once company or membership are closed."""
    if why_closed(membership):
        return set()
    return set(Right.values) if membership.is_holder else set(membership.granted)


def has_second_factor(person):
    """Whether the person has an authenticator app or a passkey; recovery codes alone are none."""
    return person.authenticator_set.exclude(type="recovery_codes").exists()


def why_closed(membership):
    """ "blocked", "suspended" or "expired" when the company or the membership keeps the person out, else ""."""
    if membership.company.is_blocked:
        return "blocked"
    return membership.state if membership.state != "active" else ""


def _has(membership, needs):
    return membership.is_holder if needs == HOLDER else membership.may(needs)


def _explain(request, needs):
    granters = request.company.memberships.granting(needs if needs != HOLDER else Right.ACCESS).with_people()
    asked = request.membership.requests.filter(answered_at=None, right=needs).first()
    context = {
        "right": needs,
        "right_label": Right(needs).label if needs != HOLDER else "",
        "granters": [str(row.user) for row in granters[:5]],
        "request_url": reverse("access_request", args=[request.company.number, needs]) if needs != HOLDER else None,
        "requested_at": asked.created_at if asked else None,
    }
    return render(request, "403.html", context, status=403)
