from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.hashers import make_password

from portal.lib.standing import Standing

from .models import User
from .people import find_person

# Every page asks who is there.
PERSON = Standing(lambda pk: User.objects.filter(pk=pk), pk=int)


class LoginNameBackend(AuthenticationBackend):
    """Logs in with the e-mail address, DOMUS_<customer number> or a user name.

    One password is hashed per try, whether somebody was found or not, so the time tells nothing (ASVS 6.3.8).
    """

    def get_user(self, user_id):
        found = PERSON(pk=int(user_id))
        return found[0] if found and self.user_can_authenticate(found[0]) else None

    def authenticate(self, request, **credentials):
        name = credentials.get("email") or credentials.get("username") or ""
        password = credentials.get("password") or ""
        person = find_person(name, settings.BRAND["login_prefix"])
        if person is None or not person.has_usable_password():
            make_password(password)
            return None
        if person.check_password(password) and self.user_can_authenticate(person):
            return person
        return None
