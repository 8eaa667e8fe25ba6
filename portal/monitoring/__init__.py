"""How the portal is seen from outside: its health, its figures for Prometheus, its errors for Sentry."""
