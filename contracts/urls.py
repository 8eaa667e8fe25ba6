from django.urls import path

from .views import avv, documents, invoices, log, subprocessors, terms

urlpatterns = [
    path("", documents.document_list, name="document_list"),
    path("zip/", documents.document_zip, name="document_zip"),
    path("avv/", avv.avv, name="avv"),
    path("rechnungen/", invoices.invoice_list, name="invoice_list"),
    path("rechnungen/zip/", invoices.invoice_zip, name="invoice_zip"),
    path("rechnungen/<uuid:pk>/xml/", invoices.invoice_xml, name="invoice_xml"),
    path("protokoll/", log.opening_list, name="opening_list"),
    path("protokoll/export.csv", log.opening_export, name="opening_export"),
    path("unterauftragsverarbeiter/", subprocessors.subprocessor_list, name="subprocessor_list"),
    path(
        "unterauftragsverarbeiter/<int:pk>/widerspruch/",
        subprocessors.objection_create,
        name="objection_create",
    ),
    path("bedingungen/<int:pk>/vergleich/", terms.terms_diff, name="terms_diff"),
    path("bedingungen/", documents.terms_list, name="terms_list"),
    path("bedingungen/<int:pk>/", documents.terms_file, name="terms_file"),
    path("<uuid:pk>/", documents.document_file, name="document_file"),
]
