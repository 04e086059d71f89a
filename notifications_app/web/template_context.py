"""Variables and filters of every template: times in the reader's zone, the badge, the banners."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from flask import Flask, current_app, g, request, session
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import Row

from ..core import clock
from ..core import markdown as markdown_
from ..core.cache import cache
from ..core.database import PACKAGE, reading
from ..core.placeholders import fill
from ..domain import content
from ..domain.inbox import queries
from ..domain.inbox.filters import TABS
from . import flashes, kept_input
from .cookies import cookie_name
from .sessions import ZONE_OFFER
from .shortcuts import SHORTCUTS


def capped_count(count: int) -> str:
    """Format a count: ``99+`` from a hundred on."""
    return "99+" if count >= 100 else str(count)


def reader_zone() -> str:
    """Return the zone in which times are shown: the reader's own, or UTC."""
    return current_user.timezone if current_user.is_authenticated else "UTC"


def named(text: str) -> str:
    """Replace the placeholders of a text by the reader's name."""
    return fill(text, current_user.name)


def _time(moment: datetime, words: str) -> Markup:
    title = f"{clock.full(moment, reader_zone())} ({reader_zone()})"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        clock.iso(moment), title, words
    )


def ago(moment: datetime) -> Markup:
    """Show the time since a moment of this day, or the time of day on other days."""
    return _time(moment, clock.ago(moment, reader_zone(), clock.now()))


def full(moment: datetime) -> Markup:
    """Show day, time and zone."""
    return _time(moment, clock.full(moment, reader_zone()))


def short(moment: datetime) -> Markup:
    """Show day and time."""
    return _time(moment, clock.short(moment, reader_zone(), clock.now()))


def later(moment: datetime) -> str:
    """Format a time ahead: the time alone if it is today, else with the day. Plain text."""
    now = clock.now()
    is_today = clock.local(moment, reader_zone()).date() == clock.local(now, reader_zone()).date()
    if is_today:
        return clock.time_of_day(moment, reader_zone())
    return clock.short(moment, reader_zone(), now)


def zone_words() -> str:
    """Return the reader's zone with its current abbreviation, to go beside a field for a time."""
    name = reader_zone()
    abbreviation = clock.abbreviation(clock.now(), name)
    return name if name == abbreviation else f"{name} ({abbreviation})"


#: A link in the HTML of a body, whose address is a path of this site.
_LINK_TO_PATH = re.compile(r'(<a (?:[a-z]+="[^"]*" )*href=")(/[^"]*)')
#: The top level of a body's headings: on a page of its own, and in a row of a list.
HEADING_LEVELS = (2, 4)


def markdown_key(body: str, top: int = 2) -> str:
    """Return the cache key of a body's HTML."""
    return f"markdown:{top}:{sha256(body.encode()).hexdigest()}"


def markdown(body: str, top: int = 2) -> Markup:
    """Render a body as safe HTML, cached; its headings begin at level ``top``."""
    key = markdown_key(body, top)
    html = cache.get(key)
    if html is None:
        html = markdown_.to_html(body, top)
        cache.set(key, html)
    html = _LINK_TO_PATH.sub(lambda match: match[1] + within_site(match[2]), html)
    return Markup(html)  # noqa: S704 - to_html has cleaned it


def within_site(link: str) -> str:
    """Return the address of a link; a path of this site is under the site's prefix, if it has one.

    A path that has the prefix already, as url_for() makes them, stays.
    """
    root = request.script_root
    if not link.startswith("/") or f"{re.split('[?#]', link)[0]}/".startswith(f"{root}/"):
        return link
    return root + link


def excerpt(body: str) -> str:
    """Return the start of a body as one line of text, with the reader's name filled in."""
    return markdown_.excerpt(body, current_user.name)


@dataclass(frozen=True, slots=True)
class Badge:
    """The unread count, as a page shows it."""

    count: int

    @property
    def label(self) -> str:
        """The count in words: ``99+`` from a hundred on."""
        return capped_count(self.count)


def badge() -> Badge:
    """Return the unread count, queried once for each request."""
    if "badge" not in g:
        with reading() as connection:
            g.badge = Badge(queries.count(connection, current_user, clock.now()))
    return cast("Badge", g.badge)


def banners() -> Sequence[Row[Any]]:
    """Return the banners of the reader, for the top of the page."""
    with reading() as connection:
        return queries.banners(connection, current_user, clock.now())


def _theme() -> str | None:
    theme = request.cookies.get(theme_cookie())
    return theme if theme in {"light", "dark"} else None


def theme_cookie() -> str:
    """Return the name of the cookie that holds the theme."""
    return cookie_name("theme")


def _context() -> dict[str, Any]:
    return {
        "reader": current_user,
        "body_max": content.BODY_MAX,
        "categories": content.CATEGORIES,
        "categories_phrase": content.categories_phrase,
        "badge": badge,
        "banners": banners,
        "flashes": flashes.flashes,
        "shortcut_groups": SHORTCUTS,
        "tab_names": tuple(TABS),
        "theme": _theme(),
        "zone_offer": session.get(ZONE_OFFER),
        "zone_words": zone_words,
        "typed_by": kept_input.typed_by,
        "is_page_with_form": kept_input.is_page_with_form,
        "is_restored": kept_input.is_restored,
        "compare_page": current_app.config["COMPARE_PAGE"],
        "registration_open": current_app.config["REGISTRATION_OPEN"],
        "asset_version": current_app.config["ASSET_VERSION"],
    }


def _asset_version() -> str:
    digest = sha256()
    for file in sorted((PACKAGE / "static").rglob("*")):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()[:10]


def register(app: Flask) -> None:
    """Register the filters and the template context."""
    app.config["ASSET_VERSION"] = _asset_version()
    app.context_processor(_context)
    for function in (ago, full, short, later, named, markdown, excerpt, within_site):
        app.add_template_filter(function)
