"""The bare page B: session and user from PostgreSQL and a template of 15 KB, under Django's own middlewares.

A site of its own with nothing of the portal in it; DATABASE_URL names its database.
"""
