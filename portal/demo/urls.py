from django.urls import path

from . import views

urlpatterns = [
    path("post/", views.demo_post, name="demo_post"),
    path("post/<str:name>/", views.demo_mail, name="demo_mail"),
]
