from django.urls import path

from . import views

urlpatterns = [
    path("", views.people_list, name="people_list"),
    path("nutzer-hinzufuegen/", views.invitation_create, name="invitation_create"),
    path("<int:pk>/erneut-einladen/", views.invitation_resend, name="invitation_resend"),
    path("<int:pk>/entfernen/", views.membership_remove, name="membership_remove"),
    path("anfragen/<str:right>/", views.access_request, name="access_request"),
]
