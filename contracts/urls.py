from django.urls import path

from . import views, views_avv

urlpatterns = [
    path("", views.document_list, name="document_list"),
    path("zip/", views.document_zip, name="document_zip"),
    path("avv/", views_avv.avv, name="avv"),
    path("bedingungen/", views.terms_list, name="terms_list"),
    path("bedingungen/<int:pk>/", views.terms_file, name="terms_file"),
    path("<uuid:pk>/", views.document_file, name="document_file"),
]
