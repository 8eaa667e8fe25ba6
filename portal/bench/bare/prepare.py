"""python -m portal.bench.bare.prepare: the tables, a user, a session; prints the session's cookie."""

import django
from django.core.management import call_command


def main():
    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore

    call_command("migrate", verbosity=0, interactive=False)
    user, _made = User.objects.get_or_create(username="bench")
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.create()
    print(f"sessionid={session.session_key}")


if __name__ == "__main__":
    main()
