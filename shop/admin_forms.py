from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.previewing import CustomerForm
from portal.lib.pictures import read_picture

from .models import Article, Fit, Synonym
from .quick_order import key_of


class ArticleForm(forms.ModelForm):
    """An article with its picture: checked by its content, cut to sizes when it is saved."""

    picture_file = forms.FileField(
        label=_("new picture"), required=False, help_text=_("PNG, JPEG or WebP, up to 10 MB; the sizes are made here.")
    )
    picture_text = forms.CharField(
        label=_("what it shows"),
        required=False,
        max_length=200,
        help_text=_("For people who do not see it; empty if it only decorates."),
    )
    picture_remove = forms.BooleanField(label=_("take the picture away"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if hasattr(self.instance, "picture"):
            self.fields["picture_text"].initial = self.instance.picture.text

    def clean_picture_file(self):
        """The picture as read, or None."""
        file = self.cleaned_data["picture_file"]
        return read_picture(file) if file else None

    def clean_successor(self):
        """Follows the line; a ring would lead nobody anywhere."""
        successor = step = self.cleaned_data["successor"]
        seen = {self.instance.pk} if self.instance.pk else set()
        while step is not None:
            if step.pk in seen:
                raise forms.ValidationError(_("This line of successors leads back to the article itself."))
            seen.add(step.pk)
            step = step.successor
        return successor


class FitForm(forms.ModelForm):
    class Meta:
        model = Fit
        fields = ["product", "min_seats", "needs_care", "from_version"]

    def clean(self):
        """Looks up the day the version came out; a version that nobody knows would open the article to nobody."""
        cleaned = super().clean()
        version, product = cleaned.get("from_version"), cleaned.get("product")
        self.instance.from_day = None
        if version and product:
            release = product.releases.filter(version=version).first()
            if release is None:
                self.add_error("from_version", _("This product has no version %(version)s.") % {"version": version})
            else:
                self.instance.from_day = release.released_on
        return cleaned


class SynonymForm(forms.ModelForm):
    class Meta:
        model = Synonym
        fields = ["words"]

    def clean_words(self):
        words = [" ".join(word.split()) for word in self.cleaned_data["words"].split(",")]
        words = list(dict.fromkeys(word for word in words if word))
        if len(words) < 2:
            raise forms.ValidationError(_("Please give at least two words, separated by a comma."))
        return ", ".join(words)


class WhyForm(CustomerForm):
    """Which customer, which article: numbers as people say them."""

    article = forms.CharField(label=_("Article number"), max_length=60)

    def clean_article(self):
        article = Article.objects.filter(number_key=key_of(self.cleaned_data["article"])).first()
        if article is None:
            raise forms.ValidationError(_("There is no article with this number."))
        return article
