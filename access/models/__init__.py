from .invitation import Invitation, hash_token
from .membership import Membership, MembershipQuerySet, MembershipRight
from .request import AccessRequest

__all__ = ["AccessRequest", "Invitation", "Membership", "MembershipQuerySet", "MembershipRight", "hash_token"]
