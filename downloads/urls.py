from django.urls import path

from . import views, views_pass

urlpatterns = [
    path("", views.product_list, name="product_list"),
    path("datei/<uuid:pk>/", views.release_file, name="release_file"),
    path("paesse/", views_pass.pass_list, name="pass_list"),
    path("paesse/neu/<int:release>/", views_pass.pass_create, name="pass_create"),
    path("paesse/<uuid:pk>/", views_pass.pass_detail, name="pass_detail"),
    path("paesse/<uuid:pk>/zuruecknehmen/", views_pass.pass_revoke, name="pass_revoke"),
    path("<str:product>/", views.product_detail, name="product_detail"),
    path("<str:product>/benachrichtigung/", views.product_watch, name="product_watch"),
]
