"""The one page, and its address."""

from django.contrib.auth.decorators import login_required
from django.core.wsgi import get_wsgi_application
from django.shortcuts import render
from django.urls import path

TILES = [
    {"title": f"Tile {n}", "text": "Documents and programs of a product line " * 2, "href": f"/t/{n}", "count": n}
    for n in range(12)
]
ROWS = [
    {"number": f"{100000 + n}", "name": f"Article number {n}", "day": "2026-11-23", "sum": f"{n * 13.37:.2f}"}
    for n in range(50)
]


@login_required(login_url="/")
def page(request):
    return render(request, "page.html", {"tiles": TILES, "rows": ROWS, "links": range(12), "words": range(100)})


urlpatterns = [path("page", page)]
application = get_wsgi_application()
