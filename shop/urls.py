from django.urls import path

from . import views, views_cart

urlpatterns = [
    path("", views.article_list, name="article_list"),
    path("vorschlaege/", views.article_suggest, name="article_suggest"),
    path("artikel/<str:article>/", views.article_detail, name="article_detail"),
    path("artikel/<str:article>/bild-<str:size>-<str:sha256>.webp", views.article_picture, name="article_picture"),
    path("artikel/<str:article>/in-den-warenkorb/", views_cart.cart_add, name="cart_add"),
    path("warenkorb/", views_cart.cart_detail, name="cart_detail"),
    path("warenkorb/preise/", views_cart.cart_confirm, name="cart_confirm"),
    path("warenkorb/<int:pk>/", views_cart.cart_update, name="cart_update"),
    path("warenkorb/<int:pk>/entfernen/", views_cart.cart_remove, name="cart_remove"),
]
