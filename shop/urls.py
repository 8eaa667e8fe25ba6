from django.urls import path

import portal.lib.addresses  # noqa: F401 - teaches Django what <number:...> is

from .views import articles, cart, lists, trainings

urlpatterns = [
    path("", articles.article_list, name="article_list"),
    path("vorschlaege/", articles.article_suggest, name="article_suggest"),
    path(
        "artikel/<number:article>/bild-<str:size>-<str:sha256>.webp", articles.article_picture, name="article_picture"
    ),
    path("artikel/<number:article>/in-den-warenkorb/", cart.cart_add, name="cart_add"),
    path("artikel/<number:article>/merken/", lists.list_add, name="list_add"),
    path("artikel/<number:article>/", articles.article_detail, name="article_detail"),
    path("warenkorb/", cart.cart_detail, name="cart_detail"),
    path("warenkorb/preise/", cart.cart_confirm, name="cart_confirm"),
    path("warenkorb/<int:pk>/", cart.cart_update, name="cart_update"),
    path("warenkorb/<int:pk>/entfernen/", cart.cart_remove, name="cart_remove"),
    path("schnellbestellung/", lists.quick_order, name="quick_order"),
    path("listen/", lists.shopping_lists, name="shopping_lists"),
    path("listen/<int:pk>/", lists.shopping_list, name="shopping_list"),
    path("listen/<int:pk>/speichern/", lists.list_update, name="list_update"),
    path("listen/<int:pk>/in-den-warenkorb/", lists.list_order, name="list_order"),
    path("listen/<int:pk>/loeschen/", lists.list_delete, name="list_delete"),
    path("listen/<int:pk>/<int:line>/", lists.list_line, name="list_line"),
    path("pflege/<number:product>/verlaengern/", cart.maintenance_extend, name="maintenance_extend"),
    path("pflege/<number:product>/", articles.maintenance_article, name="maintenance_article"),
    path("schulungen/", trainings.training_list, name="training_list"),
    path("schulungen/<int:pk>/name/", trainings.booking_rename, name="booking_rename"),
    path("schulungen/<int:pk>/stornieren/", trainings.booking_release, name="booking_release"),
]
