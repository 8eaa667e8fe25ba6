"""Programs that people may sign in to with the portal's login."""

from urllib.parse import urlsplit

from allauth.idp.oidc.admin import ClientAdmin
from allauth.idp.oidc.models import Client
from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.lib.admin import Searched

from ..backchannel import URI, address_of


class ProgramForm(forms.ModelForm):
    backchannel_logout_uri = forms.URLField(
        label=_("Told of the end of a login at"),
        required=False,
        assume_scheme="https",
        help_text=_("OpenID Connect Back-Channel Logout 1.0. Empty: the program is not told."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields[URI].initial = address_of(self.instance)

    def clean_backchannel_logout_uri(self):
        uri = self.cleaned_data[URI]
        parts = urlsplit(uri)
        is_here = parts.hostname in {"localhost", "127.0.0.1", "::1"}
        if uri and (parts.fragment or (parts.scheme != "https" and not is_here)):
            raise forms.ValidationError(_("An address with https:// and without #."))
        return uri

    def clean(self):
        data = super().clean()
        stored = data.get("data") or {}
        metadata = {**(stored.get("client_metadata") or {}), URI: data.get(URI, "")}
        data["data"] = {**stored, "client_metadata": {name: value for name, value in metadata.items() if value}}
        return data


admin.site.unregister(Client)


@admin.register(Client)
class ProgramAdmin(Searched, ClientAdmin):
    form = ProgramForm
    # Where people are led back to is compared sign by sign, so there are no patterns.
    exclude = ["allow_uri_wildcards"]
    list_display = ["name", "id", "type", "skip_consent", "created_at"]
