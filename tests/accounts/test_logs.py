import logging

import pytest

from portal.lib.logs import HideTokens


@pytest.mark.parametrize(
    "path",
    ["/einladung/s3cr3t-T0ken/", "/anmeldung/password/reset/key/1-s3cr3t/", "/anmeldung/confirm-email/MQ:s3cr3t/"],
)
def test_one_time_links_are_not_logged(path):
    """Edge 85."""
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Gone: %s", (path,), None)
    assert HideTokens().filter(record)
    assert "s3cr3t" not in record.getMessage() and "Gone: /" in record.getMessage()


def test_the_console_hides_them(settings):
    assert "hide_tokens" in settings.LOGGING["handlers"]["console"]["filters"]
