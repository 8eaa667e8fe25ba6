from .calendar import CalendarAddress
from .company import Company
from .deletion import DeletionRequest
from .email_change import EmailChange
from .export import DataExport
from .name_change import NameChange
from .newsletter import NewsletterConsent
from .note import CompanyNote
from .person import People, User, composed, new_username
from .session import Session
from .sign_on import SignOnConsent

__all__ = [
    "CalendarAddress",
    "Company",
    "CompanyNote",
    "DataExport",
    "DeletionRequest",
    "EmailChange",
    "NameChange",
    "NewsletterConsent",
    "People",
    "Session",
    "SignOnConsent",
    "User",
    "composed",
    "new_username",
]
