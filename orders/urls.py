from django.urls import path

from . import views, views_address

urlpatterns = [
    path("", views.order_list, name="order_list"),
    path("export.csv", views.order_export, name="order_export"),
    path("anschrift/", views_address.order_addresses, name="order_addresses"),
    path("neu/", views.order_create, name="order_create"),
    path("<uuid:pk>/", views.order_detail, name="order_detail"),
    path("<uuid:pk>/bestellung.pdf", views.order_pdf, name="order_pdf"),
    path("<uuid:pk>/erneut/", views.order_again, name="order_again"),
    path("<uuid:pk>/stornieren/", views.order_cancel, name="order_cancel"),
    path("<uuid:pk>/freigabe/", views.order_decide, name="order_decide"),
]
