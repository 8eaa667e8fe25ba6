from django.conf import settings
from django.utils.translation import gettext as _

from portal.lib.letters import send_letter


def mail_enquiry(enquiry):
    """To the vendor's desk, whose answer goes straight to who asked; and to who asked, who then has it in hand."""
    company, person = enquiry.company, enquiry.user
    words = {"company": company.name, "number": company.number}
    send_letter(
        "support/mail/enquiry.txt",
        settings.BRAND["info_mail"],
        "de",
        lambda: ": ".join(filter(None, [_("Question of %(company)s (%(number)s)") % words, enquiry.about])),
        {"enquiry": enquiry, "person": person},
        reply_to=[person.email] if person.email else None,
    )
    if person.email:
        send_letter(
            "support/mail/received.txt",
            person.email,
            person.language,
            lambda: _("Your question has arrived"),
            {"enquiry": enquiry, "reader": person},
        )
