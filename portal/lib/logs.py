import logging
import re

# Invitations, "forgotten password", addresses, the newsletter, passes: who reads such a path can use it.
TOKEN = re.compile(
    r"/(einladung|anmeldung/password/reset/key|anmeldung/confirm-email|konto/adresse|konto/newsletter|pass)/[^/\s\"']+"
)


class HideTokens(logging.Filter):
    """Takes one-time links out of what is logged (edge 85)."""

    def filter(self, record):
        message = record.getMessage()
        if (hidden := TOKEN.sub(r"/\1/…", message)) != message:
            record.msg, record.args = hidden, ()
        return True
