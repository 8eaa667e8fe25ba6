import secrets

# What a portal in production is told, with a key of this run.
PRODUCTION = {
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "portal.example,localhost",
    "PORTAL_URL": "https://portal.example",
    "TRUSTED_PROXIES": "1",
    "DEMO": "0",
    **{
        f"BRAND_{firm}_{name}": value
        for firm in ("VENDOR", "SELLER")
        for name, value in {
            "SEAT": "München",
            "COURT": "Amtsgericht München",
            "REGISTER": "HRB 12345",
            "DIRECTORS": "Ada Ahrens",
        }.items()
    },
}
