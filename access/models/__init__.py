from .event import AccessEvent
from .invitation import Invitation, hash_token
from .membership import Membership, MembershipQuerySet, MembershipRight
from .request import AccessRequest
from .review import AccessReview, ReviewedPerson
from .takeover import TakeOver

__all__ = [
    "AccessEvent",
    "AccessRequest",
    "AccessReview",
    "Invitation",
    "Membership",
    "MembershipQuerySet",
    "MembershipRight",
    "ReviewedPerson",
    "TakeOver",
    "hash_token",
]
