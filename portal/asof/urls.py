from django.urls import path

from . import views

urlpatterns = [
    path("", views.as_of, name="as_of"),
]
