"""Where a link may lead."""

import re
from urllib.parse import urlsplit

from .errors import BadInput
from .text import is_invisible

URL_MAX = 2000

_NOT_IN_A_HOST = re.compile(r'["%<>@^`{|}]')


def check_link(url: str) -> str:
    """The link, if it is safe to follow; raises BadInput for ``action_url``.

    It is https or http with a host, or a path on this site. Refused are spaces, control and
    invisible characters, backslashes and userinfo, which browsers and parsers read differently.
    """
    if wrong := link_error(url):
        raise BadInput(wrong, "action_url")
    return url


def link_error(url: str) -> str | None:
    """Why a link is not safe to follow, in a sentence; None where it is."""
    if len(url) > URL_MAX:
        return f"A link has at most {URL_MAX} characters; this one has {len(url)}."
    if "\\" in url or any(map(is_invisible, url)):
        return "A link cannot contain spaces, invisible characters or backslashes."
    if re.match(r"/(?!/)", url):
        return None
    if not re.match(r"https?://[^/?#]", url, re.IGNORECASE):
        return "A link starts with https://, http:// or a single /."
    try:
        parts = urlsplit(url)
        plain = parts.hostname and parts.port != 0 and not _NOT_IN_A_HOST.search(parts.netloc)
    except ValueError:
        plain = False
    return None if plain else "The host cannot be read. Write it plainly, without a user name."
