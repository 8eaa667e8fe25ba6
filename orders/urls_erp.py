from .api import api

urlpatterns, _app_name, _namespace = api.urls

# The interface asks for its own keys, not for a session.
for _pattern in urlpatterns:
    _pattern.callback.login_required = False

patterns = (urlpatterns, _app_name)
