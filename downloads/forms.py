from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from portal.lib.files import safe_name

from .models import DownloadPass, Release
from .uploading import incoming_files


class RecallForm(forms.Form):
    reason = forms.CharField(label=_("Reason, as the customers read it"), max_length=300)
    successor = forms.ModelChoiceField(Release.objects.none(), label=_("Use instead"), required=False)

    def __init__(self, *args, release, **kwargs):
        super().__init__(*args, **kwargs)
        others = Release.objects.filter(product=release.product, withdrawn_on=None).exclude(pk=release.pk)
        self.fields["successor"].queryset = others.select_related("product").newest_first()


class DiscardForm(forms.Form):
    """Why a quarantined file is thrown away; read by staff only."""

    reason = forms.CharField(label=_("Note for colleagues"), max_length=200, required=False)


class PassForm(forms.Form):
    """Who gets a version, for how long, how often."""

    name = forms.CharField(label=_("Name of the technician"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"), help_text=_("The link and a code go to this address."))
    days = forms.IntegerField(
        label=_("Valid for so many days"), min_value=1, max_value=DownloadPass.MAX_DAYS, initial=3,
        help_text=format_lazy(_("1 to {most} days."), most=DownloadPass.MAX_DAYS),
    )  # fmt: skip
    max_downloads = forms.IntegerField(
        label=_("Downloads at most"), min_value=1, max_value=DownloadPass.MAX_DOWNLOADS, initial=3,
        help_text=_("Resumed parts count once."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of the e-mails"), choices=settings.LANGUAGES)

    def clean_name(self):
        # It stands in mails.
        return " ".join(self.cleaned_data["name"].split())


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code from the e-mail"), max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
    )  # fmt: skip
    # Why a code was not mailed, where there is no field to say it at.
    refusal = ""

    def clean_code(self):
        return "".join(self.cleaned_data["code"].split())

    def refuse(self, sentence):
        if self.is_bound:
            self.add_error("code", sentence)
        self.refusal = sentence


class InstalledForm(forms.Form):
    place = forms.CharField(label=_("Place"), max_length=80, help_text=_("For example: server Munich, branch Augsburg"))
    version = forms.CharField(
        label=_("Installed version"), max_length=40, help_text=_("As the program shows it, for example 12.4"),
        widget=forms.TextInput(attrs={"list": "versions", "autocomplete": "off"}),
    )  # fmt: skip

    def clean_place(self):
        return " ".join(self.cleaned_data["place"].split())


class AboutFileForm(forms.Form):
    title = forms.CharField(label=_("Program"), max_length=200)
    platform = forms.CharField(label=_("Platform"), max_length=80, required=False)


def checked_name(name):
    """The file name customers will get. Raises ValidationError."""
    if not (safe := safe_name(name)):
        raise ValidationError(_("This file has no usable name."))
    return safe


class UploadStartForm(AboutFileForm):
    """What the script says before the first piece."""

    file_name = forms.CharField(label=_("File name"), max_length=400)
    size = forms.IntegerField(label=_("Size"), min_value=1, max_value=2**40)
    last_modified = forms.CharField(max_length=40, required=False)

    def clean_file_name(self):
        return checked_name(self.cleaned_data["file_name"])


class UploadForm(AboutFileForm):
    """A file in the same request, or the name of one in the incoming folder."""

    file = forms.FileField(label=_("File"), required=False)
    incoming = forms.ChoiceField(label=_("Or from the incoming folder"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        names = incoming_files()
        self.fields["incoming"].choices = [("", "–"), *((name, name) for name in names)]
        if not names:
            del self.fields["incoming"]
        most = settings.UPLOAD_WHOLE_LIMIT // 10**6
        self.fields["file"].help_text = now("Any size; without JavaScript up to %(most)d MB.") % {"most": most}

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > settings.UPLOAD_WHOLE_LIMIT:
            raise ValidationError(_("Without JavaScript this file is too large. Put it into the incoming folder."))
        return file

    def clean(self):
        data = super().clean()
        data.setdefault("incoming", "")
        if "file" not in self.errors and not data.get("file") and not data["incoming"]:
            raise ValidationError(_("Choose a file."))
        if "file" not in self.errors:
            data["file_name"] = checked_name(data["incoming"] or data["file"].name)
        return data
