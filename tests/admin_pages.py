"""What a browser would send from a page of the admin."""

from django.urls import reverse


def address(row, page="change"):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def form_of(page):
    """What the admin's form would send, as it stands."""
    sent = {}
    for field in page.context["adminform"].form:
        value = field.value()
        if isinstance(value, (list, tuple, set, frozenset)):
            sent[field.html_name] = list(value)
        elif hasattr(field.field.widget, "widgets"):
            for number, part in enumerate(field.field.widget.decompress(value)):
                sent[f"{field.html_name}_{number}"] = part or ""
        elif value is True:
            sent[field.html_name] = "on"
        elif value is not False:
            sent[field.html_name] = "" if value is None else value
    return sent


def without(sent, *names, **more):
    """The same with some boxes unticked and some fields typed."""
    return {name: value for name, value in sent.items() if name not in names} | more
