from django.urls import path

from . import views

urlpatterns = [
    path("bestand/", views.holdings_paper, name="holdings_paper"),
    path("stand/", views.as_of_paper, name="as_of_paper"),
    path("zugaenge/", views.access_proof, name="access_proof"),
    path("<uuid:pk>/", views.paper_detail, name="paper_detail"),
    path("<uuid:pk>/datei/", views.paper_file, name="paper_file"),
]
