"""Environment variables, each also out of a file: NAME_FILE names one with the value, as secrets come."""

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environs import FileAwareEnv


class Environment(FileAwareEnv):
    """What settings.py reads from. Blanks and the line break around a file's text do not count.

    Raises ImproperlyConfigured for a name that is set both ways, and for a file that cannot be read.
    """

    def __init__(self) -> None:
        super().__init__(strip_whitespace=True)

    def _get_value(self, env_key: str, default: Any) -> Any:
        file_key = f"{env_key}{self.file_suffix}"
        if os.environ.get(env_key) and os.environ.get(file_key):
            raise ImproperlyConfigured(f"{env_key} and {file_key} are both set. Set one of them.")
        try:
            return super()._get_value(env_key, default)
        except (ValueError, OSError) as error:
            raise ImproperlyConfigured(f"{file_key} cannot be read: {error}") from None
