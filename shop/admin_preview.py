"""An article as a customer sees it, for the admin."""

from django.urls import reverse
from django.utils.safestring import mark_safe

from accounts.models import Company
from accounts.previewing import Previewed

from .catalogue import shown_article
from .fit import explain
from .forms import QuantityForm, TrainingForm
from .models import Article
from .vat import treatment_of


class ArticlePreview(Previewed):
    preview_template = "shop/_preview.html"

    def first_company(self, article):
        """One whom it fits, else one with a licence that it is made for."""
        products = article.fit_rows.values("product")
        licensed = Company.objects.filter(ended_on=None, licences__product__in=products).order_by("number").distinct()
        some = list(licensed[:20])
        fitting = (one for one in some if Article.objects.fitting(one).filter(pk=article.pk).exists())
        return next(fitting, None) or (some[0] if some else Company.objects.order_by("number").first())

    def preview_of(self, article, company):
        article = shown_article(company, article.pk)
        dates = article.dates_offered
        form = TrainingForm(dates=dates) if dates else QuantityForm(article=article)
        return {"article": article, "form": form, "vat_rate": treatment_of(company).rate(article)}

    def drawn(self, article, company):
        html = super().drawn(article, company)
        if not hasattr(article, "picture"):
            return html
        # Theirs is served to the customer's people only.
        theirs = reverse("article_picture", args=[company.number, article.number, "large", article.picture.sha256[:16]])
        return mark_safe(html.replace(theirs, reverse("admin:shop_article_picture", args=[article.pk])))  # noqa: S308 - a template's

    def why_unseen(self, article, company):
        answer = explain(company, article)
        return [] if answer.fits else [reason.text for reason in answer.reasons if not reason.holds]
