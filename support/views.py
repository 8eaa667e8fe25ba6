from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from access.door import company_view
from portal.lib.text import clean_query

from .desks import desks
from .forms import EnquiryForm
from .mails import mail_enquiry
from .models import ABOUT, Enquiry, Feature, SupportText, adviser_of
from .pictures import serve_picture


@company_view
def support(request):
    """What HOMECASE is, the way to its login, the vendor's desks, and a question to them.

    ?about=… says what in the portal it is asked about.
    """
    about = clean_query(request.GET.get("about", ""))[:ABOUT]
    asked = Enquiry(company=request.company, user=request.user, about=about)
    form = EnquiryForm(request.POST or None, instance=asked)
    if request.method == "POST" and form.is_valid():
        mail_enquiry(form.save())
        messages.success(request, _("Thank you. Your question is with us; we will answer by e-mail."))
        return redirect("support", request.company.number)
    language = get_language()[:2]
    features = [feature.in_language(language) for feature in Feature.objects.all()]
    text = SupportText.objects.first()
    context = {"form": form, "features": features, "contacts": desks(language, timezone.now())}
    context |= {"adviser": adviser_of(request.company), "text": text.in_language(language) if text else None}
    return render(request, "support/support.html", context)


@company_view
def feature_picture(request, feature, sha256):
    """The picture of a function; its address changes with its content, so that browsers may keep it."""
    return serve_picture(request, Feature.objects.filter(pk=feature).first(), sha256)
