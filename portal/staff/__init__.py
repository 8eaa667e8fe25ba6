"""The vendor's workplace in Django's admin: what waits, one search, tables grouped by work."""
