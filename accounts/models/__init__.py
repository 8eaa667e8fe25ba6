from .company import Company
from .deletion import DeletionRequest
from .email_change import EmailChange
from .export import DataExport
from .name_change import NameChange
from .newsletter import NewsletterConsent
from .person import People, User, composed, new_username
from .session import Session

__all__ = [
    "Company",
    "DataExport",
    "DeletionRequest",
    "EmailChange",
    "NameChange",
    "NewsletterConsent",
    "People",
    "Session",
    "User",
    "composed",
    "new_username",
]
