"""What every template has at hand: times in the reader's zone, the badge, the banners."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, cast

from flask import Flask, current_app, g, request
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
from . import flashes


def capped_count(count: int) -> str:
    """A count as it is shown: ``99+`` from a hundred on."""
    return "99+" if count >= 100 else str(count)


def reader_zone() -> str:
    """The zone that times are shown in."""
    return current_user.timezone if current_user.is_authenticated else "UTC"


def named(text: str) -> str:
    """The text as this reader reads it, with their own name where one is to stand."""
    return fill(text, current_user.name)


def _time(moment: datetime, words: str) -> Markup:
    title = f"{clock.full(moment, reader_zone())} ({reader_zone()})"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        clock.iso(moment), title, words
    )


def ago(moment: datetime) -> Markup:
    """How long ago on this day, else the time of day."""
    return _time(moment, clock.ago(moment, reader_zone(), clock.now()))


def full(moment: datetime) -> Markup:
    """Day, time and zone."""
    return _time(moment, clock.full(moment, reader_zone()))


def short(moment: datetime) -> Markup:
    """Day and time."""
    return _time(moment, clock.short(moment, reader_zone(), clock.now()))


def later(moment: datetime) -> str:
    """When something is to happen: the time on this day, day and time on others; plain words."""
    now = clock.now()
    is_today = clock.local(moment, reader_zone()).date() == clock.local(now, reader_zone()).date()
    if is_today:
        return clock.time_of_day(moment, reader_zone())
    return clock.short(moment, reader_zone(), now)


def zone_words() -> str:
    """The zone that times are shown in, and what its clocks are called now: for where one types."""
    name = reader_zone()
    abbreviation = clock.abbreviation(clock.now(), name)
    return name if name == abbreviation else f"{name} ({abbreviation})"


#: Where the headings of a body begin: on a page of its own, and in a row of a list.
HEADING_LEVELS = (2, 4)


def markdown_key(body: str, top: int = 2) -> str:
    """Under what name a body's HTML is cached."""
    return f"markdown:{top}:{sha256(body.encode()).hexdigest()}"


def markdown(body: str, top: int = 2) -> Markup:
    """A body as safe HTML, from the cache where it is there; its headings begin at ``top``."""
    key = markdown_key(body, top)
    html = cache.get(key)
    if html is None:
        html = markdown_.to_html(body, top)
        cache.set(key, html)
    return Markup(html)  # noqa: S704 - content.to_html has cleaned it


@dataclass(frozen=True, slots=True)
class Badge:
    """The unread count as a page shows it."""

    count: int

    @property
    def label(self) -> str:
        """``99+`` from a hundred on."""
        return capped_count(self.count)


def badge() -> Badge:
    """The unread count of this request, asked once."""
    if "badge" not in g:
        with reading() as connection:
            g.badge = Badge(queries.count(connection, current_user, clock.now()))
    return cast("Badge", g.badge)


def banners() -> Sequence[Row[Any]]:
    """What stands on top of this page."""
    with reading() as connection:
        return queries.banners(connection, current_user, clock.now())


def _theme() -> str | None:
    found = request.cookies.get(theme_cookie())
    return found if found in {"light", "dark"} else None


def theme_cookie() -> str:
    """The name of the cookie that holds the theme."""
    return "__Host-theme" if current_app.config["HTTPS"] else "theme"


def _context() -> dict[str, Any]:
    from flask import session

    return {
        "reader": current_user,
        "categories": content.CATEGORIES,
        "categories_phrase": content.categories_phrase,
        "badge": badge,
        "banners": banners,
        "flashes": flashes.flashes,
        "theme": _theme(),
        "zone_offer": session.get("zone_offer"),
        "zone_words": zone_words,
        "undo_stamp": session.get("undo"),
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
    """Filters and the template context."""
    app.config["ASSET_VERSION"] = _asset_version()
    app.context_processor(_context)
    for function in (ago, full, short, later, named, markdown):
        app.add_template_filter(function)
    app.add_template_filter(markdown_.excerpt, "excerpt")
