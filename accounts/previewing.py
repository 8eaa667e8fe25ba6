"""A page of the admin that shows a row as a customer sees it: the customers' own template, to read and nothing else.

No page of the customer is asked for and nobody is logged in as anybody, so nothing is counted, noted or written.
"""

import re
from types import SimpleNamespace

from django import forms
from django.contrib import admin
from django.http import Http404
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from access.rights import Right
from portal.lib.large import of_keys

from .admin.companies import find_companies
from .models import Company

HREF = re.compile(r'(<a\b[^>]*?)\shref="[^"]*"')


class CustomerForm(forms.Form):
    """Which customer: the number, or what finds only one."""

    customer = forms.CharField(label=_("Customer"), max_length=200)

    def clean_customer(self):
        every, typed = Company.objects.all(), self.cleaned_data["customer"]
        found = of_keys(every, find_companies(every, typed).keys)
        exact = found.filter(number__iexact=typed.strip()).first()
        company = exact or (found[0] if len(found[:2]) == 1 else None)
        if company is None:
            raise forms.ValidationError(_("No customer, or more than one, is found by this."))
        return company


class Previewed(admin.ModelAdmin):
    """For a ModelAdmin; whoever may view a row may look at its preview.

    A class names preview_template and gives preview_of(obj, company), the template's context; why_unseen(obj, company)
    says in sentences why the customer does not see it today. first_company(obj) is looked as before one is chosen; None
    where the row is the same for all customers.
    """

    preview_template = ""

    def preview_of(self, obj, company):
        raise NotImplementedError

    def first_company(self, obj):
        return None

    def why_unseen(self, obj, company):
        return []

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_preview"
        return [path("<path:object_id>/vorschau/", self.admin_site.admin_view(self.preview), name=name)] + (
            super().get_urls()
        )

    def preview_address(self, obj):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_preview", args=[obj.pk])

    @method_decorator(require_safe)
    def preview(self, request, object_id):
        obj = self.get_object(request, object_id)
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        company = self.first_company(obj)
        form = CustomerForm(request.GET if "customer" in request.GET else None) if company else None
        if form is not None and form.is_valid():
            company = form.cleaned_data["customer"]
        context = {**self.admin_site.each_context(request), "obj": obj, "form": form, "company": company}
        context |= {"title": str(obj), "opts": self.opts, "unseen": self.why_unseen(obj, company)}
        context["shown"] = self.drawn(obj, company)
        return render(request, "admin/preview.html", context)

    def drawn(self, obj, company):
        """The customers' template as HTML, its links shut."""
        at = company or SimpleNamespace(number="0")
        request = SimpleNamespace(company=at, rights=frozenset(Right.values), looking=None)
        context = {"request": request, "csrf_token": "shut", **self.preview_of(obj, company)}
        html = HREF.sub(r'\1 role="link" aria-disabled="true"', render_to_string(self.preview_template, context))
        return mark_safe(html)  # noqa: S308 - a template's
