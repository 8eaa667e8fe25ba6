from django.urls import re_path

from .api import api, in_json, problem

urlpatterns, _app_name, _namespace = api.urls
# An address that the interface does not know is told in JSON too; the library's own root is a page.
urlpatterns = [re_path(r"^$", problem), *urlpatterns, re_path(r"^[\s\S]*$", problem)]

# The interface asks for its own keys, not for a session.
for _pattern in urlpatterns:
    _pattern.callback = in_json(_pattern.callback)
    _pattern.callback.login_required = False

patterns = (urlpatterns, _app_name)
