from django import template

from access.mails import labels

register = template.Library()
register.filter("right_labels", labels)
