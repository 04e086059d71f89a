"""Redirects that stay on this site."""

from urllib.parse import quote

from flask import redirect
from werkzeug.wrappers import Response as AnyResponse


def safe_next(target: str | None, default: str) -> str:
    r"""Return the target if it is a path of this site, else ``default``.

    It must have one slash in front, then neither slash nor backslash, and no backslash, control
    character or space anywhere: browsers read ``/\evil`` as another host, and urljoin does not.
    """
    if not target or not target.startswith("/") or target[1:2] in {"/", "\\"}:
        return default
    if any(letter == "\\" or letter.isspace() or not letter.isprintable() for letter in target):
        return default
    return target


def redirect_after_post(target: str | None, default: str) -> AnyResponse:
    """Redirect with status 303, to a path of this site."""
    return redirect(quote(safe_next(target, default), safe="/?&=#%:+,;@!$'()*~"), 303)
