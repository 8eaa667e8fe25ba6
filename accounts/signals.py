"""What follows when allauth, or another app, says that something has happened to a login."""

from allauth.mfa.models import Authenticator

from .closing import close_logins
from .devices import note_login
from .factors import use_step
from .models import EmailChange
from .sessions import public_id_of
from .sso import end_sign_on
from .tries import forgive


def on_password_changed(sender, request, user, **kwargs):
    """Whoever knew the password before is out: of all other sessions, of other programs, of a change of address."""
    close_logins(user, but=filter(None, [public_id_of(request)]))


def on_password_reset(sender, request, user, **kwargs):
    """Who opened the link in the mail gets in with the new password, however often others try."""
    close_logins(user)
    forgive(user)
    note_login(request, user, fully=False)


def on_address_asked(sender, request, user, email_address, **kwargs):
    """Somebody asks for another address; from when on counts if the change is undone."""
    if not email_address.verified:
        EmailChange.ask(user, email_address.email, public_id_of(request))


def on_factor_removed(sender, request, user, authenticator, **kwargs):
    """Programs that were let in with a factor have to ask anew once it is gone."""
    end_sign_on(user)


def on_logged_out(sender, request, user, **kwargs):
    """What other programs got by this session ends with it."""
    if user is not None and (sid := public_id_of(request)):
        end_sign_on(user, sid=sid)


def on_factor_added(sender, request, user, authenticator, **kwargs):
    """The code that set up an app does not count a second time."""
    step = getattr(request, "totp_step", None)
    if authenticator.type == Authenticator.Type.TOTP and step:
        use_step(authenticator, step)


def on_membership_ended(sender, membership, by, **kwargs):
    """Who no longer works for a company is not known as such elsewhere (edge 43)."""
    end_sign_on(membership.user)
