"""What a browser would send from a page of the admin."""

from django.urls import reverse


def address(row, page="change"):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def form_of(page):
    """What the admin's form would send, as it stands."""
    sent = {}
    for inline in page.context["inline_admin_formsets"]:
        sent |= _sent_by_inline(inline.formset)
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


def _sent_by_inline(formset):
    """Rows of another kind on the page, left as they are."""
    sent = {field.html_name: field.value() for field in formset.management_form}
    for form in formset.initial_forms:
        sent |= {form[name].html_name: form[name].value() or "" for name in form.fields}
    return sent | {f"{formset.prefix}-TOTAL_FORMS": len(formset.initial_forms)}


def without(sent, *names, **more):
    """The same with some boxes unticked and some fields typed."""
    return {name: value for name, value in sent.items() if name not in names} | more
