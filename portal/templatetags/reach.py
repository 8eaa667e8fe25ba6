from django import template

from portal.reach import reach_of
from portal.tiles import TILES

register = template.Library()


@register.simple_tag(takes_context=True)
def reach(context):
    """What each switch opens at request.company: Right value -> sentence. One query."""
    return reach_of(context["request"].company)


@register.simple_tag
def tiles_seen_with(rights, reach):
    """The tiles as somebody with these rights sees them: (tile, is it open, what is behind it)."""
    return [(tile, tile.opens_to(rights), reach.get(tile.needs, "")) for tile in TILES]


@register.filter
def of(mapping, key):
    """The value of a key in a mapping, or ""."""
    return mapping.get(key, "")
