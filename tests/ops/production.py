import secrets

# What a portal in production is told, with a key of this run.
PRODUCTION = {
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "portal.example,localhost",
    "PORTAL_URL": "https://portal.example",
    "TRUSTED_PROXIES": "1",
    "DEMO": "0",
}
