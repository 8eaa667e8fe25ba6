from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string


def plain_page(template, status, **context):
    """An error page that needs neither database nor session: rendered without request and context processors."""
    return HttpResponse(render_to_string(template, {"brand": settings.BRAND, **context}), status=status)


def database_away(request):
    response = plain_page("503.html", 503)
    response.headers["Retry-After"] = "20"
    return response
