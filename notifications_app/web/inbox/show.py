"""The page of one notification."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, render_template, request
from sqlalchemy import Connection

from ...core import clock, paging
from ...core.database import reading
from ...core.errors import BadInput
from ...domain.inbox import queries, snooze_times
from ...domain.inbox.filters import TAB_WORDS, InboxFilter
from ...domain.inbox.history import history
from ...domain.inbox.items import to_item
from ..access import current_reader, signed_in
from ..template_context import markdown, named, reader_zone
from .form_fields import snooze_field_value
from .urls import filter_or_inbox, filter_url, notification_url


@signed_in
def show(notification_id: int) -> Any:
    """Show one notification. Viewing changes nothing; a script on the page marks it as read."""
    return render_notification(notification_id, filter_or_inbox(request.args))


def render_notification(
    notification_id: int,
    came_from: InboxFilter,
    *,
    refusal: BadInput | None = None,
    typed: str | None = None,
) -> str:
    """Render the page of one notification, with the refusal of a typed snooze time, if any."""
    now = clock.now()
    with reading() as connection:
        row = queries.one(connection, current_reader(), notification_id, now)
        if row is None:
            abort(404)
        events = history(connection, current_reader().id, row, reader_zone(), now)
        newer, older = _neighbours(connection, row, now)
        muted = row.topic in queries.mutes(connection, current_reader().id)
    n = to_item(row, now, current_reader().name)
    back = InboxFilter(n.home) if came_from == InboxFilter() else came_from
    return render_template(
        "inbox/show.html",
        n=n,
        html=named(markdown(n.body)) if n.body else "",
        history=events,
        is_muted=muted,
        this_url=notification_url(row.id, came_from),
        refusal=refusal,
        snooze_choices=snooze_times.choices(reader_zone(), now),
        snooze_typed=snooze_field_value(typed, now),
        back_url=filter_url(back),
        back_words="Search" if back.is_narrowed else TAB_WORDS[back.tab],
        newer_url=newer and notification_url(newer, came_from),
        older_url=older and notification_url(older, came_from),
    )


def _neighbours(connection: Connection, row: Any, now: Any) -> tuple[int | None, int | None]:
    """Return the ids of the next newer and the next older notification in the inbox."""
    here = paging.Position(row.arrives_at, row.id)
    newer = queries.rows(connection, current_reader(), now, beyond=here, backwards=True, most=1)
    older = queries.rows(connection, current_reader(), now, beyond=here, most=1)
    return _first_id(newer), _first_id(older)


def _first_id(rows: Sequence[Any]) -> int | None:
    return rows[0].id if rows else None


def register(blueprint: Blueprint) -> None:
    """Add the page."""
    blueprint.add_url_rule("/inbox/<number:notification_id>", view_func=show)
