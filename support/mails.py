from django.conf import settings

from portal.lib.letters import send_letter


def mail_enquiry(enquiry):
    """Tell the vendor's desk of a question about HOMECASE; the answer goes straight to who asked."""
    company, person = enquiry.company, enquiry.user
    send_letter(
        "support/mail/enquiry.txt",
        settings.BRAND["info_mail"],
        "de",
        f"HOMECASE-Anfrage von {company.name} ({company.number})",
        {"enquiry": enquiry, "person": person},
        reply_to=[person.email] if person.email else None,
    )
