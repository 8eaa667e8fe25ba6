import os
import tempfile

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
# Somebody waits for the page: the settings give its statements less time than those of worker and commands.
os.environ.setdefault("PORTAL_WEB", "1")
if os.environ.get("METRICS_TOKEN") or os.environ.get("METRICS_TOKEN_FILE"):
    # The web processes of one gunicorn, which is the parent of them all, sum their figures in one folder.
    figures = os.path.join(tempfile.gettempdir(), f"portal-figures-{os.getppid()}")
    os.makedirs(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", figures), exist_ok=True)
application = get_wsgi_application()
