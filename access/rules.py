"""Who may change whose switches. Asked by pages to draw them and by the services, under lock, to refuse."""

from .rights import Right


class AccessRefused(Exception):
    """A rule says no. str() says why, for people; field names the form's field it is about, if any."""

    def __init__(self, reason, field=None):
        super().__init__(reason)
        self.field = field


def may_touch(actor, target):
    """Whether actor may change or remove target: nobody themselves, and a licence holder only another one."""
    return target.user_id != actor.user_id and (actor.is_holder or not target.is_holder)


def grantable(actor):
    """The Right values actor may switch for others: a deputy what they hold, but never makes deputies."""
    return set(Right.values) if actor.is_holder else set(actor.granted) - {Right.ACCESS}
