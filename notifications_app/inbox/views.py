"""The pages of the inbox, and the forms that act on it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, g, jsonify, render_template, request, url_for
from sqlalchemy import Connection

from .. import clock, feedback
from ..extensions import db, reading
from ..pages import Badge, badge, label, markdown, zone
from ..web import cursor, go, me, read_cursor, signed_in
from . import actions, queries
from .history import history
from .rows import Item, by_day, item

blueprint = Blueprint("inbox", __name__)

TABS = {"inbox": "Inbox", "unread": "Unread", "dismissed": "Dismissed"}


@blueprint.get("/inbox")
@signed_in
def index() -> Any:
    """A page of a tab, newest first."""
    tab = request.args.get("tab", "inbox")
    if tab not in TABS:
        abort(404)
    now = clock.now()
    before = read_cursor(tab, request.args.get("before"))
    after = None if before else read_cursor(tab, request.args.get("after"))
    with reading() as connection:
        shown = queries.shown(connection, me(), now)
        page = queries.page(connection, me(), now, tab=tab, before=before, after=after)
        counts = {name: queries.count(connection, me(), now, tab=name) for name in TABS}
    g.badge = Badge(counts["unread"])
    return render_template(
        "inbox/index.html",
        tab=tab,
        tabs=[
            (name, words, label(counts[name]), _url(name), name == tab)
            for name, words in TABS.items()
        ],
        total_label=label(counts["inbox"]),
        unread_label=label(counts["unread"]),
        shown={"moment": clock.iso(shown.moment), "top": shown.top, "seen": shown.seen},
        days=by_day(
            [item(row, now) for row in page.rows], zone(), now, dismissed=tab == "dismissed"
        ),
        older_url=page.older and _url(tab, before=cursor(tab, page.older)),
        newer_url=page.newer and _url(tab, after=cursor(tab, page.newer)),
        newest_url=_url(tab) if before or page.newer else None,
    )


def _url(tab: str, **more: str) -> str:
    values: dict[str, Any] = {"tab": None if tab == "inbox" else tab, **more}
    return url_for("inbox.index", **values)


@blueprint.get("/inbox/<number:number>")
@signed_in
def show(number: int) -> Any:
    """One notification; looking changes nothing (a script on the page posts that it was read)."""
    now = clock.now()
    with reading() as connection:
        row = queries.one(connection, me(), number, now)
        if row is None:
            abort(404)
        events = history(connection, me().id, row)
        newer, older = _neighbours(connection, row, now)
    n: Item = item(row, now)
    return render_template(
        "inbox/show.html",
        n=n,
        html=markdown(row.body) if row.body else "",
        history=events,
        back_url=_url("dismissed" if row.dismissed_at else "inbox"),
        newer_url=newer and url_for("inbox.show", number=newer),
        older_url=older and url_for("inbox.show", number=older),
    )


def _neighbours(connection: Connection, row: Any, now: Any) -> tuple[int | None, int | None]:
    """The ids of the notifications next to this one in the inbox."""
    here = queries.Position(row.arrives_at, row.id)
    newer = queries.rows(connection, me(), now, beyond=here, newer=True, most=1)
    older = queries.rows(connection, me(), now, beyond=here, most=1)
    return _first_id(newer), _first_id(older)


def _first_id(rows: Sequence[Any]) -> int | None:
    return rows[0].id if rows else None


SAID = {
    "read": "Marked “{}” as read.",
    "unread": "Marked “{}” as unread.",
    "dismiss": "Dismissed “{}”.",
    "restore": "Put “{}” back.",
}
SAID_OF_MANY = {"read": "Marked {} as read.", "dismiss": "Dismissed {}."}


@blueprint.post("/inbox/<number:number>/<any(read, unread, dismiss, restore):verb>")
@signed_in
def act(number: int, verb: str) -> Any:
    """Do one thing to one notification; doing it again changes nothing."""
    now = clock.now()
    with reading() as connection:
        row = queries.one(connection, me(), number, now)
    if row is None:
        abort(404)
    outcome = actions.act(me().id, verb, [number], now)
    db.session.commit()
    if request.form.get("quiet"):
        return "", 204
    if outcome.count:
        feedback.success(SAID[verb].format(row.title), undo=outcome.stamp)
    return go(request.form.get("next"), url_for("inbox.index"))


@blueprint.post("/inbox/bulk")
@signed_in
def bulk() -> Any:
    """Do one thing to all that a page showed; what came since is left alone."""
    verb, tab = request.form.get("action", ""), request.form.get("tab", "")
    if verb not in SAID_OF_MANY:
        abort(400)
    outcome = actions.act(me().id, verb, actions.All(tab, _shown()), clock.now())
    db.session.commit()
    if outcome.count:
        feedback.success(SAID_OF_MANY[verb].format(_many(outcome.count)), undo=outcome.stamp)
    else:
        feedback.info("Nothing to do: nothing that this page showed would change.")
    return go(request.form.get("next"), _url(tab))


def _shown() -> queries.Shown:
    try:
        moment = datetime.fromisoformat(request.form.get("moment", ""))
        top, seen = _counted("top"), _counted("seen")
        return queries.Shown(min(clock.now(), clock.from_micros(clock.micros(moment))), top, seen)
    except (ValueError, OverflowError):
        abort(400)


def _counted(name: str) -> int:
    words = request.form.get(name, "")
    if not (words.isascii() and words.isdecimal() and len(words) <= 18):
        raise ValueError(name)
    return int(words)


def _many(count: int) -> str:
    return "one notification" if count == 1 else f"{count:,} notifications"


@blueprint.post("/inbox/undo")
@signed_in
def undo() -> Any:
    """Put back what an action changed; undoing that does it again."""
    try:
        stamp = _counted("stamp")
    except ValueError:
        abort(400)
    outcome = actions.undo(me().id, stamp, clock.now())
    db.session.commit()
    words = f"Put back {_many(outcome.count)}." if outcome.count else "Nothing was put back."
    if outcome.left:
        some = "One had" if outcome.left == 1 else f"{outcome.left:,} had"
        words += f" {some} changed since and {'was' if outcome.left == 1 else 'were'} left as is."
    feedback.success(words, undo=outcome.stamp if outcome.count else None)
    return go(request.form.get("next"), url_for("inbox.index"))


@blueprint.get("/inbox/badge", endpoint="badge")
@signed_in
def badge_json() -> Any:
    """The unread count, for a page that is open already."""
    found = badge()
    response = jsonify(unread=found.count, label=found.label)
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)
