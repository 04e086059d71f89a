"""Redirects that stay on this site."""

import re
from urllib.parse import quote, unquote

from flask import has_request_context, redirect, request
from werkzeug.wrappers import Response as AnyResponse


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
