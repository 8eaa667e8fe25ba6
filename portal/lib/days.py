from django.utils import timezone


def today():
    """The day it is in the portal's time zone (Europe/Berlin), not in UTC."""
    return timezone.localdate()
