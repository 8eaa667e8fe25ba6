from django.conf import settings

from portal.lib.letters import Letter


def mail_enquiry(enquiry):
    """Tell the vendor's desk of a question about HOMECASE; the answer goes straight to who asked."""
    company, person = enquiry.company, enquiry.user
    Letter(
        subject=f"HOMECASE-Anfrage von {company.name} ({company.number})",
        body=f"{person.get_full_name()} <{person.email or 'ohne E-Mail'}> schreibt:\n\n{enquiry.message}\n",
        to=[settings.BRAND["info_mail"]],
        reply_to=[person.email] if person.email else None,
    ).send()
