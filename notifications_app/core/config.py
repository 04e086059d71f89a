"""All settings: names, defaults, and how the text of each becomes a value.

Settings are read from the environment; :func:`create_app` also takes them as a mapping, which
tests use. A test compares the table in docs/configuration.md with :data:`SETTINGS`.
"""

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from werkzeug.sansio.utils import host_is_trusted

from .errors import Refused
from .site_hosts import is_trusted, parse_hosts
from .text import trim, visible

SHORTEST_KEY = 32
SHORTEST_TOKEN = 16
#: The path of SITE_URL, for a site that is not at the root of its host.
_SITE_PATH = re.compile(r"(/(?!(\.|%2e){1,2}(/|$))[\w.~%-]+)*/?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Setting:
    """The name of a setting, its default as text, and the parser of that text."""

    name: str
    default: str
    parse: Callable[[str], Any]


def _switch(text: str) -> bool:
    word = text.lower()
    if word in {"on", "1", "true", "yes"}:
        return True
    if word in {"off", "0", "false", "no"}:
        return False
    raise ValueError("must be on or off")


def _number(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        is_number = text.isascii() and text.isdecimal() and len(text) <= 9
        if not is_number or not least <= int(text) <= most:
            raise ValueError(f"must be a number from {least} to {most:,}")
        return int(text)

    return parse


def _keys(text: str) -> list[str]:
    keys = [key for part in text.split(",") if (key := trim(part))]
    if any(len(key) < SHORTEST_KEY for key in keys):
        raise ValueError(f"has a key shorter than {SHORTEST_KEY} characters; remove it")
    return keys


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError(f"must be one of: {', '.join(choices)}")
        return text.lower()

    return parse


def _line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of text")
    return text


def _token(text: str) -> str:
    if text and not re.fullmatch(rf"[A-Za-z0-9._~+/=-]{{{SHORTEST_TOKEN},}}", text):
        raise ValueError(
            f"must have at least {SHORTEST_TOKEN} characters: letters, digits and - . _ ~ + / ="
        )
    return text


def _milliseconds(text: str) -> int:
    if text.lower() in {"off", "0"}:
        return 0
    try:
        return _number(1, 600_000)(text)
    except ValueError:
        raise ValueError("must be off, or a number of milliseconds up to 600,000") from None


def _redis(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_valid = not url or (
            parts.scheme in {"redis", "rediss"}
            and parts.port != 0
            and re.fullmatch("/?[0-9]*", parts.path) is not None
            and re.search(r"\s", url) is None
            and _is_understood(url)
        )
    except (TypeError, ValueError):
        is_valid = False
    if not is_valid:
        raise ValueError("must look like redis://127.0.0.1:6379/0")
    return url


def _is_understood(url: str) -> bool:
    """Return True; raise TypeError or ValueError for an option that the driver does not know."""
    if url and find_spec("redis") is not None:
        from redis.connection import Connection, parse_url

        options: dict[str, Any] = dict(parse_url(url))  # type: ignore[no-untyped-call]
        options.pop("connection_class", Connection)(**options)
    return True


def _dsn(url: str) -> str:
    if url and not re.fullmatch(r"https?://[^@/\s]+@[^@/\s]+/\S+", url):
        raise ValueError("must look like https://key@sentry.example.org/1")
    return url


def _site(text: str) -> str:
    """Return the address of the site without a slash at the end: scheme, host, port and path."""
    text = text.strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        is_site = parts.scheme in {"http", "https"} and host_is_trusted(parts.netloc)
        if is_site and _SITE_PATH.fullmatch(text.partition(parts.netloc)[2]):
            return f"{parts.scheme}://{parts.netloc.lower()}{parts.path}".rstrip("/")
    except ValueError:
        pass
    raise ValueError("must look like https://notify.example.org")


SETTINGS = (
    Setting("DATABASE_URL", "", str),
    Setting("SECRET_KEY", "", str),
    Setting("SECRET_KEY_FALLBACKS", "", _keys),
    Setting("HTTPS", "off", _switch),
    Setting("TRUSTED_HOSTS", "", parse_hosts),
    Setting("SITE_URL", "", _site),
    Setting("PROXY_HOPS", "0", _number(0, 100)),
    Setting("REGISTRATION_OPEN", "off", _switch),
    Setting("CONTACT", "", _line),
    Setting("COMPARE_PAGE", "on", _one_of("on", "off", "navigation")),
    Setting("REDIS_URL", "", _redis),
    Setting("SESSION_TYPE", "cookie", _one_of("cookie", "redis")),
    Setting("WORKERS", "1", _number(1, 1000)),
    Setting("THREADS", "8", _number(1, 1000)),
    Setting("LOG_FORMAT", "text", _one_of("text", "json")),
    Setting("SLOW_QUERY", "off", _milliseconds),
    Setting("METRICS_TOKEN", "", _token),
    Setting("SENTRY_DSN", "", _dsn),
)


def from_environment(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Read every setting, without blanks and invisible characters around; an empty one is unset.

    Raises:
        Refused: if a value is invalid; the sentence names the setting.
    """
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text = trim(environment.get(setting.name, "")) or setting.default
        try:
            values[setting.name] = setting.parse(text)
        except ValueError as error:
            raise Refused(f"The setting {setting.name} {visible(str(error))}.") from None
    return values


def secret_key(instance: Path) -> str:
    """Return the generated secret key of this installation; the first start creates it.

    The key is written to a draft file and then linked to its final name. Of two workers that
    start at once, one creates the key and both read that same complete key.
    """
    final = instance / "secret_key"
    if not final.exists():
        draft = instance / f".secret_key.{secrets.token_hex(8)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, final)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return final.read_text().strip()


def derive(values: dict[str, Any], instance: Path, *, debug: bool = False) -> None:
    """Add the derived settings: the database URL, the secret key, the fixed settings of Flask.

    Raises:
        Refused: if the installation would not be safe, or its folder cannot be written.
    """
    _refuse_unsafe(values, debug=debug)
    try:
        instance.mkdir(parents=True, exist_ok=True)
        values["SECRET_KEY"] = values["SECRET_KEY"] or secret_key(instance)
    except OSError as error:
        raise Refused(f"The folder {instance} cannot be written: {error.strerror}.") from None
    if len(values["SECRET_KEY"]) < SHORTEST_KEY:
        raise Refused(f"SECRET_KEY is shorter than {SHORTEST_KEY} characters. Use a longer one.")
    url = values["DATABASE_URL"] or f"sqlite:///{instance / 'notifications.sqlite3'}"
    values["SQLALCHEMY_DATABASE_URI"] = _database(url)
    _require_extras(values)
    values["TRUSTED_HOSTS"] = values["TRUSTED_HOSTS"] or None
    for name, value in _fixed(values).items():
        values.setdefault(name, value)


def _refuse_unsafe(values: Mapping[str, Any], *, debug: bool) -> None:
    if values["SESSION_TYPE"] == "redis" and not values["REDIS_URL"]:
        raise Refused("SESSION_TYPE=redis needs REDIS_URL.")
    _refuse_other_site(values)
    if not values["HTTPS"]:
        return
    if debug:
        raise Refused(
            "HTTPS=on cannot be used with Flask’s debugger, which runs any code that visitors type."
        )
    if not values["TRUSTED_HOSTS"]:
        raise Refused("HTTPS=on needs TRUSTED_HOSTS, the host names of this site.")
    for name, safe in (("SESSION_COOKIE_SECURE", True), ("SESSION_COOKIE_HTTPONLY", True)):
        if values.get(name, safe) is not safe:
            raise Refused(f"With HTTPS=on, {name} cannot be switched off.")


def _refuse_other_site(values: Mapping[str, Any]) -> None:
    """Refuse a SITE_URL at which this site would not answer: every link would lead nowhere."""
    parts = urlsplit(values["SITE_URL"])
    if values["HTTPS"] and parts.scheme == "http":
        raise Refused("With HTTPS=on, SITE_URL must begin with https://.")
    trusted = values["TRUSTED_HOSTS"]
    if parts.hostname and trusted and not is_trusted(parts.netloc, trusted):
        raise Refused(f"The host of SITE_URL, {parts.netloc}, is not one of TRUSTED_HOSTS.")


def site_url(values: Mapping[str, Any], otherwise: str) -> str:
    """Return the address of the site for links, without a slash at the end.

    It is SITE_URL, else the first of TRUSTED_HOSTS, else ``otherwise``: never taken from a header
    that a proxy or a visitor sets.
    """
    if values["SITE_URL"]:
        return str(values["SITE_URL"])
    hosts = values["TRUSTED_HOSTS"]
    scheme = values["PREFERRED_URL_SCHEME"]
    return f"{scheme}://{hosts[0].lstrip('.')}" if hosts else otherwise


def _database(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    if scheme in {"postgres", "postgresql"}:
        scheme = "postgresql+psycopg"
    try:
        parsed = make_url(scheme + separator + rest)
        _args, options = parsed.get_dialect()().create_connect_args(parsed)
        is_known = scheme != "sqlite" or set(options) <= _SQLITE_OPTIONS
        scheme = scheme if is_known else ""
    except (ArgumentError, NoSuchModuleError, TypeError, ValueError):
        scheme = ""
    if scheme not in {"sqlite", "postgresql+psycopg"}:
        raise Refused("DATABASE_URL must look like sqlite:////srv/n.db or postgresql://host/n.")
    return scheme + separator + rest


#: Arguments of :func:`sqlite3.connect` that a URL may set.
_SQLITE_OPTIONS = {
    *("timeout", "uri", "cached_statements", "check_same_thread", "isolation_level"),
    "detect_types",
}


def _require_extras(values: Mapping[str, Any]) -> None:
    """Raise Refused if a driver is missing: what fails later fails in a traceback."""
    needed = (
        ("DATABASE_URL", "psycopg", "postgresql", values["DATABASE_URL"].startswith("postgres")),
        ("REDIS_URL", "redis", "redis", bool(values["REDIS_URL"])),
        ("SESSION_TYPE", "flask_session", "redis", values["SESSION_TYPE"] == "redis"),
    )
    for setting, module, extra, is_needed in needed:
        if is_needed and find_spec(module) is None:
            raise Refused(f"{setting} needs the extra: notifications-app[{extra}].")


_COMPRESSED = ("text/html", "text/css", "text/javascript", "application/json", "image/svg+xml")


def _fixed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of Flask and its extensions that nobody chooses, derived from ours."""
    https = bool(values["HTTPS"])
    redis = values["REDIS_URL"]
    return {
        "SESSION_COOKIE_NAME": "__Host-session" if https else "session",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "PREFERRED_URL_SCHEME": "https" if https else "http",
        # A late badge answer must not put back a session without the pending flash.
        "SESSION_REFRESH_EACH_REQUEST": False,
        # A page open for an hour must still be usable; the token lives with the session.
        "WTF_CSRF_TIME_LIMIT": None,
        # The page of a one-time link sends no referrer; a wrong one is refused all the same.
        "WTF_CSRF_SSL_STRICT": False,
        "PERMANENT_SESSION_LIFETIME": 30 * 24 * 3600,
        "MAX_CONTENT_LENGTH": 256 * 1024,
        "MAX_FORM_MEMORY_SIZE": 128 * 1024,
        "SEND_FILE_MAX_AGE_DEFAULT": 365 * 24 * 3600,
        "RATELIMIT_STORAGE_URI": redis or "memory://",
        "RATELIMIT_STORAGE_OPTIONS": redis_timeouts() if redis else {},
        # If Redis fails between the check and the count; it is counted in memory from then on.
        "RATELIMIT_SWALLOW_ERRORS": bool(redis),
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": bool(redis),
        "CACHE_TYPE": "RedisCache" if redis else "SimpleCache",
        "CACHE_REDIS_URL": redis,
        "CACHE_OPTIONS": redis_timeouts() if redis else {},
        "CACHE_KEY_PREFIX": "notifications:",
        "CACHE_DEFAULT_TIMEOUT": 3600,
        # Smaller than zstd at its usual level, for 0.4 ms more of an inbox page.
        "COMPRESS_ALGORITHM": ["br", "zstd", "gzip", "deflate"],
        "COMPRESS_BR_LEVEL": 5,
        "COMPRESS_MIMETYPES": list(_COMPRESSED),
    }


def redis_timeouts() -> dict[str, float | int]:
    """Return the timeouts of every Redis client, in seconds: an outage costs a page 0.2 s.

    The client's own default is many seconds.
    """
    return {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}
