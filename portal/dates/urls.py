from django.urls import path

from . import views

urlpatterns = [
    path("", views.date_list, name="date_list"),
    path("adresse/", views.calendar_make, name="calendar_make"),
    path("adresse/beenden/", views.calendar_end, name="calendar_end"),
]
