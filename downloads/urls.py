from django.urls import path

import portal.lib.addresses  # noqa: F401 - teaches Django what <number:...> is

from . import views, views_log, views_pass

urlpatterns = [
    path("", views.product_list, name="product_list"),
    path("datei/<uuid:pk>/", views.release_file, name="release_file"),
    path("paesse/", views_pass.pass_list, name="pass_list"),
    path("paesse/neu/<int:release>/", views_pass.pass_create, name="pass_create"),
    path("paesse/<uuid:pk>/", views_pass.pass_detail, name="pass_detail"),
    path("paesse/<uuid:pk>/zuruecknehmen/", views_pass.pass_revoke, name="pass_revoke"),
    path("protokoll/", views_log.download_log, name="download_log"),
    path("<number:product>/benachrichtigung/", views.product_watch, name="product_watch"),
    path("<number:product>/installiert/", views.installed_note, name="installed_note"),
    path("<number:product>/installiert/<int:pk>/entfernen/", views.installed_remove, name="installed_remove"),
    path("<number:product>/", views.product_detail, name="product_detail"),
]
