"""Rules for the links in notifications."""

import re
from urllib.parse import urlsplit

from .errors import BadInput
from .text import is_invisible

URL_MAX = 2000

_NOT_IN_A_HOST = re.compile(r'["%<>@^`{|}]')


def check_link(url: str) -> str:
    """Return the link if it is safe to follow: https or http with a host, or a path on this site.

    Spaces, control and invisible characters, backslashes and userinfo are refused, because
    browsers and parsers read them differently.

    Raises:
        BadInput: with the field ``action_url``.
    """
    if sentence := link_error(url):
        raise BadInput(sentence, "action_url")
    return url


def link_error(url: str) -> str | None:
    """Return a sentence explaining why a link is not safe to follow; None if it is safe."""
    if len(url) > URL_MAX:
        return f"A link has at most {URL_MAX} characters; this one has {len(url)}."
    if "\\" in url or any(map(is_invisible, url)):
        return "A link cannot contain spaces, invisible characters or backslashes."
    if re.match(r"/(?!/)", url):
        return None
    if not re.match(r"https?://[^/?#]", url, re.IGNORECASE):
        return "A link must start with https://, http:// or a single /."
    try:
        parts = urlsplit(url)
        is_plain = parts.hostname and parts.port != 0 and not _NOT_IN_A_HOST.search(parts.netloc)
    except ValueError:
        is_plain = False
    return None if is_plain else "The host in this link is not valid. Write it without a user name."
