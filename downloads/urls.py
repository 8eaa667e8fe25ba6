from django.urls import path

from . import views

urlpatterns = [
    path("", views.product_list, name="product_list"),
    path("datei/<uuid:pk>/", views.release_file, name="release_file"),
    path("<str:product>/", views.product_detail, name="product_detail"),
    path("<str:product>/benachrichtigung/", views.product_watch, name="product_watch"),
]
