from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def password_hours() -> int:
    """How many hours a link to set a password works."""
    return settings.PASSWORD_RESET_TIMEOUT // 3600
