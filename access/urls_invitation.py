from django.urls import path

from .views import invitation as views

urlpatterns = [path("<str:token>/", views.invitation_accept, name="invitation_accept")]
