import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
# Somebody waits for the page: the settings give its statements less time than those of worker and commands.
os.environ.setdefault("PORTAL_WEB", "1")
application = get_wsgi_application()
