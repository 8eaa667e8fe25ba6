from django.contrib.auth.tokens import PasswordResetTokenGenerator


class ResetTokens(PasswordResetTokenGenerator):
    """Links of "forgotten password": dead after use, after a newer one, and after a change of password or address."""

    key_salt = "accounts.tokens.ResetTokens"

    def _make_hash_value(self, user, timestamp):
        return f"{super()._make_hash_value(user, timestamp)}{user.resets}"
