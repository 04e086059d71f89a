"""Redirects that stay on this site, and addresses of it to send to somebody."""

import re
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from flask import abort, current_app, has_request_context, redirect, request, url_for
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.utils import host_is_trusted
from werkzeug.wrappers import Response as AnyResponse

from ..core.config import site_url


def safe_next(target: str | None, default: str) -> str:
    r"""Return the target if it is a path of this site, else ``default``.

    It must have one slash in front, then neither slash nor backslash, and no backslash, control
    character or space anywhere: browsers read ``/\evil`` as another host, and urljoin does not.
    Under a prefix, it is within that prefix.
    """
    if not target or not target.startswith("/") or target[1:2] in {"/", "\\"}:
        return default
    if has_request_context() and not _is_within(target, request.script_root):
        return default
    if any(letter == "\\" or letter.isspace() or not letter.isprintable() for letter in target):
        return default
    return target


def _is_within(target: str, root: str) -> bool:
    if not root:
        return True
    path = re.split("[?#]", target, maxsplit=1)[0]
    steps = unquote(path).split("/")
    return path.startswith(f"{root}/") and ".." not in steps


def current_address() -> str:
    """Return the address of this request, from the root of the host on."""
    return request.script_root + request.full_path.rstrip("?")


def redirect_after_post(target: str | None, default: str) -> AnyResponse:
    """Redirect with status 303, to a path of this site."""
    return redirect(quote(safe_next(target, default), safe="/?&=#%:+,;@!$'()*~"), 303)


def absolute_url(endpoint: str, **values: Any) -> str:
    """Return the whole address of a page, for a link that is sent to somebody.

    It begins as SITE_URL or TRUSTED_HOSTS say. Without either it has the host that the browser
    asked, never the one in a forwarded header.
    """
    path = url_for(endpoint, **values)
    if current_app.config["SITE_URL"]:
        path = path.removeprefix(request.script_root)
    before_proxies = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
    host = before_proxies.get("HTTP_HOST")
    if not host_is_trusted(host):
        abort(400)
    return site_url(current_app.config, f"{request.scheme}://{host}") + path


def page_before(default: str) -> str:
    """Return the address of the page that a posted form was on, if it can be opened.

    It is in the field ``next``, else the referrer, else the address that was posted to.
    """
    here = request.script_root + request.full_path.rstrip("?")
    for target in (request.form.get("next"), _referrer(), here):
        found = safe_next(target, "")
        if found and _can_be_opened(found):
            return found
    return default


def _referrer() -> str:
    """Return path and query of the page that the browser names as the referrer, if it is ours."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _can_be_opened(target: str) -> bool:
    path = urlsplit(target).path.removeprefix(request.script_root)
    adapter = request_ctx.url_adapter
    try:
        return adapter is not None and bool(adapter.match(path or "/", method="GET"))
    except HTTPException:
        return False
