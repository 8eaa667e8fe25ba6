from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login


def log_in(request, person, target):
    """Log a person in who has just proved who they are by an invitation's link and a first password.

    Through allauth, so that whatever stands in front of a login (closed companies, second factors) stands here too.
    Returns the redirect to target, or the page that keeps them out.
    """
    record_authentication(request, person, method="password", email=person.email)
    return perform_login(request, person, email_verification="none", redirect_url=target)
