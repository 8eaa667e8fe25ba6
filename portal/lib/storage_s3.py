"""Customers' files in an S3-compatible store; needs the extra "s3"."""

from storages.backends.s3 import S3Storage

from .storage import GoesWithRollback


class Store(GoesWithRollback, S3Storage):
    """django-storages' own: an object is there whole or not at all; this one goes with what is rolled back."""
