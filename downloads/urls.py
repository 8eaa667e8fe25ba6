from django.urls import path

import portal.lib.addresses  # noqa: F401 - teaches Django what <number:...> is

from .views import advice, log, passes, programs

urlpatterns = [
    path("", programs.product_list, name="product_list"),
    path("datei/<uuid:pk>/", programs.release_file, name="release_file"),
    path("paesse/", passes.pass_list, name="pass_list"),
    path("paesse/neu/<int:release>/", passes.pass_create, name="pass_create"),
    path("paesse/<uuid:pk>/", passes.pass_detail, name="pass_detail"),
    path("paesse/<uuid:pk>/zuruecknehmen/", passes.pass_revoke, name="pass_revoke"),
    path("protokoll/", log.download_log, name="download_log"),
    path("<number:product>/benachrichtigung/", programs.product_watch, name="product_watch"),
    path("<number:product>/installiert/", programs.installed_note, name="installed_note"),
    path("<number:product>/installiert/<int:pk>/", advice.update_advice, name="update_advice"),
    path("<number:product>/installiert/<int:pk>/entfernen/", programs.installed_remove, name="installed_remove"),
    path("<number:product>/", programs.product_detail, name="product_detail"),
]
