"""Mein Bestand, which stands among the contract documents."""

from django.urls import path

from .views import holdings

urlpatterns = [
    path("", holdings.holding_list, name="holding_list"),
]
