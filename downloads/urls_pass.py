"""What a technician opens: outside any company, without a login."""

from django.urls import path

from .views import technician as views

urlpatterns = [
    path("", views.own_passes, name="own_passes"),
    path("<uuid:pk>/erneut-senden/", views.pass_resend, name="pass_resend"),
    path("<str:token>/", views.pass_open, name="pass_open"),
    path("<str:token>/datei/<uuid:pk>/", views.pass_file, name="pass_file"),
]
