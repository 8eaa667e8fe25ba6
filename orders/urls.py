from django.urls import path

from .views import address, orders

urlpatterns = [
    path("", orders.order_list, name="order_list"),
    path("export.csv", orders.order_export, name="order_export"),
    path("anschrift/", address.order_addresses, name="order_addresses"),
    path("neu/", orders.order_create, name="order_create"),
    path("<uuid:pk>/", orders.order_detail, name="order_detail"),
    path("<uuid:pk>/bestellung.pdf", orders.order_pdf, name="order_pdf"),
    path("<uuid:pk>/erneut/", orders.order_again, name="order_again"),
    path("<uuid:pk>/stornieren/", orders.order_cancel, name="order_cancel"),
    path("<uuid:pk>/freigabe/", orders.order_decide, name="order_decide"),
    path("<uuid:pk>/antwort/", orders.order_answer, name="order_answer"),
]
