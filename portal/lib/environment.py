"""Environment variables, each also out of a file: NAME_FILE names one with the value, as secrets come."""

import os
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import dj_database_url
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

    def dj_db_url(self, name: str, default: str, *, engine: str) -> dict[str, Any]:
        """The database that an address names, as Django wants it; "" names none.

        Several hosts may stand in it as libpq has them: postgresql://user:password@one:5432,two/name?….
        """
        given = self.str(name, default)
        return dict(dj_database_url.parse(hosts_as_options(given), engine=engine)) if given else {}


def hosts_as_options(url: str) -> str:
    """The same address, several hosts being said as ?host=…&port=…; one with a single host stays as it is.

    Without another word, a server that takes rows is wanted: of a primary and its standby the primary, whichever it is.
    """
    parts = urlsplit(url)
    login, at, hosts = parts.netloc.rpartition("@")
    if "," not in hosts and "host=" not in parts.query:
        return url
    query = [parts.query] if parts.query else []
    if "," in hosts:
        named = [host.rpartition(":") if ":" in host else (host, "", "5432") for host in hosts.split(",")]
        query += ["host=" + ",".join(quote(host) for host, _colon, _port in named)]
        query += ["port=" + ",".join(port for _host, _colon, port in named)]
        parts = parts._replace(netloc=login + at)
    if "target_session_attrs=" not in parts.query and is_several("&".join(query)):
        query += ["target_session_attrs=read-write"]
    return parts._replace(query="&".join(query)).geturl()


def is_several(query: str) -> bool:
    """Whether the query of an address names more than one host."""
    return any("," in value for name, value in parse_qsl(query) if name == "host")
