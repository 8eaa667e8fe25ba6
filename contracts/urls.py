from django.urls import path

from . import views, views_avv, views_log, views_subprocessors, views_terms

urlpatterns = [
    path("", views.document_list, name="document_list"),
    path("zip/", views.document_zip, name="document_zip"),
    path("avv/", views_avv.avv, name="avv"),
    path("protokoll/", views_log.opening_list, name="opening_list"),
    path("protokoll/export.csv", views_log.opening_export, name="opening_export"),
    path("unterauftragsverarbeiter/", views_subprocessors.subprocessor_list, name="subprocessor_list"),
    path(
        "unterauftragsverarbeiter/<int:pk>/widerspruch/",
        views_subprocessors.objection_create,
        name="objection_create",
    ),
    path("bedingungen/<int:pk>/vergleich/", views_terms.terms_diff, name="terms_diff"),
    path("bedingungen/", views.terms_list, name="terms_list"),
    path("bedingungen/<int:pk>/", views.terms_file, name="terms_file"),
    path("<uuid:pk>/", views.document_file, name="document_file"),
]
