from django.conf import settings
from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from access.door import closed_everywhere, closed_page, company_view, person_view, public_view
from access.rights import Right
from downloads.axis import picture_of
from downloads.holdings import short_of
from portal.lib.searching import every_word
from portal.lib.text import clean_query

from .tiles import tiles_with_facts
from .waiting import lines_of


@person_view
def home(request):
    """Leads on: to the only company, to the choice among several, to the vendor's workplace, or says why nowhere."""
    memberships = request.user.memberships.open().select_related("company")[:2]
    if len(memberships) == 1:
        return redirect("start", memberships[0].company.number)
    if memberships:
        return redirect("chooser")
    if request.user.is_staff:
        return redirect("admin:index")
    if reason := closed_everywhere(request.user):
        return closed_page(request, reason)
    return render(request, "portal/no_company.html")


@person_view
def chooser(request):
    query = clean_query(request.GET.get("q", ""))
    memberships = request.user.memberships.exclude(accepted_at=None).select_related("company")
    total = memberships.count()
    found = memberships.order_by("company__name", "company__number")
    found = found.filter(every_word(query, "company__name", "company__number"))
    return render(request, "portal/chooser.html", {"memberships": found[:200], "total": total, "query": query})


@company_view
def start(request):
    context = {
        "tiles": tiles_with_facts(request),
        "waiting": lines_of(request),
        "greeting": greeting(request.user),
        "may_invite": Right.ACCESS in request.rights and not request.company.has_ended,
    }
    if Right.CONTRACTS in request.rights:
        soonest, context["more_holdings"] = short_of(request.company)
        context["holdings"] = picture_of(soonest)
    return render(request, "portal/start.html", context)


def greeting(user):
    """ "Good morning, Ms Sonntag": by the hour in Berlin; the first name where there is no salutation."""
    hour = timezone.localtime().hour
    hello = _("Good morning") if hour < 11 else _("Good evening") if hour >= 18 else _("Hello")
    name = f"{user.get_salutation_display()} {user.last_name}" if user.salutation else user.get_full_name()
    return f"{hello}, {name.strip()}" if name.strip() else hello


@public_view
@require_POST
def set_language(request):
    """Remembers German or English: with the person when logged in, else in a cookie."""
    language = request.POST.get("language", "")
    target = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    # Only paths: anything else would be looked up as the name of a page.
    response = HttpResponseRedirect(target) if own and target.startswith("/") else redirect("home")
    if language in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            request.user.language = language
            request.user.save(update_fields=["language"])
        translation.activate(language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@public_view
@cache_control(public=True, max_age=3600)
def brand_css(request):
    """The brand's two colours as a stylesheet: settings, so that another vendor can run the same portal."""
    light, dark = settings.BRAND["color"], settings.BRAND["color_dark"]
    css = f":root{{--brand:{light}}}@media (prefers-color-scheme:dark){{:root{{--brand:{dark}}}}}"
    return HttpResponse(css, content_type="text/css; charset=utf-8")


@public_view
def health(request):
    """200 while the portal and its database answer; the middleware says 503 while the database is away."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return JsonResponse({"database": "ok"})
