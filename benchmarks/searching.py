"""Cost of work on much of an inbox: a search, the counts of the tabs, actions on everything."""

from datetime import datetime
from functools import partial

from ground import RARE_TOPIC, heading, milliseconds, once, print_line

from notifications_app.core import clock
from notifications_app.core.database import db, reading
from notifications_app.domain.inbox import actions, mutes, queries
from notifications_app.domain.inbox import undo as undo_
from notifications_app.domain.inbox.filters import TABS, parse_filter
from notifications_app.domain.inbox.subscriptions import Subscriber

#: A label for each search typed; ``{}`` is the number in one notification's title.
SEARCHES = (
    ("a term that one has", "{}"),
    ("a word that all have", "notification"),
    ("two words that all have", "notification words"),
    ("a term that one has, a word that all have", "{} notification"),
    ("a word that all have, without another of those", "notification -words"),
    ("one character that none has", "q"),
)


def searches(user: Subscriber, notifications: int, now: datetime, page_one: float) -> None:
    """Measure the first page of each search."""

    def search(typed: str) -> None:
        with reading() as connection:
            queries.page(connection, user, now, view=parse_filter(q=typed))

    heading(f"Searching {notifications:,} notifications of one reader")
    for label, words in SEARCHES:
        typed = words.format(f"{notifications // 3:06}")
        took = milliseconds(partial(search, typed), times=9)
        print_line(label, took, took / page_one, "of page one")


def counts(many: Subscriber, few: Subscriber, now: datetime) -> None:
    """Measure the counts of the five tabs, with a topic muted: otherwise "muted" costs nothing."""

    def count_tabs(user: Subscriber) -> None:
        with reading() as connection:
            for tab in TABS:
                queries.count(connection, user, now, tab=tab)

    heading("Counting")
    for user in (many, few):
        mutes.mute(user.id, RARE_TOPIC)
    db.session.commit()
    less, more = milliseconds(lambda: count_tabs(few)), milliseconds(lambda: count_tabs(many))
    print_line("five tabs, a tenth of the notifications", less)
    print_line("five tabs, all of them", more, more / less, "of that")
    for user in (many, few):
        mutes.unmute(user.id, RARE_TOPIC)
    db.session.commit()


def actions_on(user: Subscriber) -> None:
    """Measure dismissing one notification, then all of them, then undoing that."""
    with reading() as connection:
        snapshot = queries.take_snapshot(connection, user, clock.now())
        newest = queries.rows(connection, user, clock.now(), most=1)[0].id

    def dismiss(scope: list[int] | actions.ShownSnapshotScope) -> actions.Outcome:
        outcome = actions.act(user.id, "dismiss", scope, clock.now())
        db.session.commit()
        return outcome

    def undo(stamp: int) -> None:
        undo_.undo(user.id, stamp, clock.now())
        db.session.commit()

    heading("Dismissing, one try each")
    undo(dismiss([newest]).stamp)
    one, took_one = once(lambda: dismiss([newest]))
    undo(one.stamp)
    every = actions.ShownSnapshotScope(
        parse_filter(), queries.Snapshot(snapshot.moment, snapshot.top, one.stamp + 1)
    )
    many, took_many = once(lambda: dismiss(every))
    _undone, took_undo = once(lambda: undo(many.stamp))
    print_line("one", took_one)
    print_line(
        f"{many.count:,}", took_many, took_one * many.count / took_many, "quicker than one by one"
    )
    print_line("undoing that", took_undo, took_undo / took_many, "of dismissing them")
