from django import template

from shop import prices, search

register = template.Library()
register.filter("price_steps", prices.price_steps)
register.filter("unit_price", prices.unit_price)
register.filter("is_own_price", prices.is_own_price)
register.filter("marked", search.marked)
