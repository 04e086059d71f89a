"""What every answer shares: who may ask, headers, safe redirects, cursors, health."""

import hmac
import secrets
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, cast
from urllib.parse import quote

from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, abort, current_app, g, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import text
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, ValidationError
from werkzeug.wrappers import Response as AnyResponse

from . import clock
from .accounts.queries import Reader
from .extensions import ROOT, login_manager, reading
from .inbox.queries import Position

blueprint = Blueprint("web", __name__)

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_HSTS = "max-age=31536000; includeSubDomains"
_LARGEST_ID = 2**31 - 1

type_view = Callable[..., Any]


class NumberConverter(BaseConverter):
    """An id: what no row can have is no address, so it is a 404."""

    regex = r"[1-9]\d{0,9}"

    def to_python(self, value: str) -> int:
        """The number; ValidationError, hence 404, where it does not fit the column."""
        number = int(value)
        if number > _LARGEST_ID or not value.isascii():
            raise ValidationError
        return number


def public(view: type_view) -> type_view:
    """Anybody may ask."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: type_view) -> type_view:
    """Only somebody signed in may ask; others are sent to the sign-in page and back."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return login_manager.unauthorized()
        return view(*args, **kwargs)

    guarded.access = "signed in"  # type: ignore[attr-defined]
    return guarded


def admin(view: type_view) -> type_view:
    """Only an administrator may ask; to others who are signed in there is no such page."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user.is_authenticated:
            return login_manager.unauthorized()
        if not me().is_admin:
            abort(404)
        return view(*args, **kwargs)

    guarded.access = "admin"  # type: ignore[attr-defined]
    return guarded


def me() -> Reader:
    """The signed-in reader of this request."""
    return cast("Reader", current_user)


def set_up(app: Flask) -> None:
    """Headers, hosts, proxies and the number converter."""
    app.url_map.converters["number"] = NumberConverter
    # The first of all: what the extensions refuse has its number too.
    app.before_request_funcs.setdefault(None, []).insert(0, _name_request)
    if app.config["HTTPS"]:
        app.before_request(_only_https)
    app.after_request(_add_headers)
    hops = app.config["PROXY_HOPS"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _name_request() -> None:
    g.request_id = secrets.token_hex(6)


def _only_https() -> AnyResponse | None:
    if request.is_secure or request.endpoint in {"web.healthz", "web.readyz"}:
        return None
    if request.method not in {"GET", "HEAD"}:
        abort(403)
    return redirect(request.url.replace("http://", "https://", 1), 301)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    if request.endpoint == "static":
        # Streamed, it would go out plain to who takes gzip, and be left open by who drops the line.
        response.direct_passthrough = False
        response.get_data()
        response.close()
    if current_app.config["HTTPS"]:
        response.headers["Strict-Transport-Security"] = _HSTS
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def safe_next(target: str | None, default: str) -> str:
    r"""The address to go on to: a path of this site, else ``default``.

    One slash, then neither slash nor backslash, and no backslash, control character or
    space anywhere: browsers read ``/\evil`` as another host, and urljoin does not.
    """
    if not target or not target.startswith("/") or target[1:2] in {"/", "\\"}:
        return default
    if any(letter == "\\" or letter.isspace() or not letter.isprintable() for letter in target):
        return default
    return target


def go(target: str | None, default: str) -> AnyResponse:
    """Redirect after a POST, to a path of this site."""
    return redirect(quote(safe_next(target, default), safe="/?&=#%:+,;@!$'()*~"), 303)


def _keys() -> list[str]:
    """The keys to sign with, the newest last."""
    return [*(current_app.config["SECRET_KEY_FALLBACKS"] or []), current_app.config["SECRET_KEY"]]


def signing_keys() -> list[str]:
    """The application's keys, the newest last, as itsdangerous takes them."""
    return _keys()


def _cursor(key: str, list_name: str, position: Position) -> str:
    place = f"{clock.micros(position.at):x}-{position.id:x}"
    mac = hmac.new(key.encode(), f"cursor:{list_name}:{place}".encode(), sha256)
    return f"{place}-{mac.hexdigest()[:20]}"


def cursor(list_name: str, position: Position) -> str:
    """A place in a list as it stands in an address: signed, so that none can be made up."""
    return _cursor(current_app.config["SECRET_KEY"], list_name, position)


def read_cursor(list_name: str, words: str | None) -> Position | None:
    """The place an address names, None where it names none; anything tampered with is 400."""
    if not words:
        return None
    micros, _dash, rest = words.partition("-")
    try:
        position = Position(clock.from_micros(int(micros, 16)), int(rest.partition("-")[0], 16))
        made = [_cursor(key, list_name, position) for key in _keys()]
    except (ValueError, OverflowError):
        abort(400)
    given = words.encode(errors="replace")
    if not any(hmac.compare_digest(one.encode(), given) for one in made):
        abort(400)
    return position


@blueprint.get("/")
@public
def start() -> AnyResponse:
    """The inbox, or the sign-in page."""
    name = "inbox.index" if current_user.is_authenticated else "accounts.login"
    return redirect(url_for(name))


@blueprint.get("/healthz")
@public
def healthz() -> dict[str, str]:
    """The process is up."""
    return {"status": "up"}


@blueprint.get("/readyz")
@public
def readyz() -> tuple[dict[str, str], int]:
    """The database answers and is migrated."""
    if "migrations head" not in current_app.extensions:
        heads = ScriptDirectory(str(ROOT / "migrations")).get_heads()
        current_app.extensions["migrations head"] = set(heads)
    with reading() as connection:
        found = set(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())
    ready = found == current_app.extensions["migrations head"]
    return {"status": "ready" if ready else "not migrated"}, 200 if ready else 503
