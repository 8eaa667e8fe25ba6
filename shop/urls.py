from django.urls import path

import portal.lib.addresses  # noqa: F401 - teaches Django what <number:...> is

from . import views, views_cart, views_lists, views_trainings

urlpatterns = [
    path("", views.article_list, name="article_list"),
    path("vorschlaege/", views.article_suggest, name="article_suggest"),
    path("artikel/<number:article>/bild-<str:size>-<str:sha256>.webp", views.article_picture, name="article_picture"),
    path("artikel/<number:article>/in-den-warenkorb/", views_cart.cart_add, name="cart_add"),
    path("artikel/<number:article>/merken/", views_lists.list_add, name="list_add"),
    path("artikel/<number:article>/", views.article_detail, name="article_detail"),
    path("warenkorb/", views_cart.cart_detail, name="cart_detail"),
    path("warenkorb/preise/", views_cart.cart_confirm, name="cart_confirm"),
    path("warenkorb/<int:pk>/", views_cart.cart_update, name="cart_update"),
    path("warenkorb/<int:pk>/entfernen/", views_cart.cart_remove, name="cart_remove"),
    path("schnellbestellung/", views_lists.quick_order, name="quick_order"),
    path("listen/", views_lists.shopping_lists, name="shopping_lists"),
    path("listen/<int:pk>/", views_lists.shopping_list, name="shopping_list"),
    path("listen/<int:pk>/speichern/", views_lists.list_update, name="list_update"),
    path("listen/<int:pk>/in-den-warenkorb/", views_lists.list_order, name="list_order"),
    path("listen/<int:pk>/loeschen/", views_lists.list_delete, name="list_delete"),
    path("listen/<int:pk>/<int:line>/", views_lists.list_line, name="list_line"),
    path("schulungen/", views_trainings.training_list, name="training_list"),
    path("schulungen/<int:pk>/name/", views_trainings.booking_rename, name="booking_rename"),
    path("schulungen/<int:pk>/stornieren/", views_trainings.booking_release, name="booking_release"),
]
