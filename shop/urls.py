from django.urls import path

from . import views

urlpatterns = [
    path("", views.article_list, name="article_list"),
    path("artikel/<str:article>/", views.article_detail, name="article_detail"),
    path("artikel/<str:article>/in-den-warenkorb/", views.cart_add, name="cart_add"),
    path("warenkorb/", views.cart_detail, name="cart_detail"),
    path("warenkorb/<int:pk>/", views.cart_update, name="cart_update"),
    path("warenkorb/<int:pk>/entfernen/", views.cart_remove, name="cart_remove"),
]
