"""What looks at much of an inbox: a search, the counts of the tabs, doing something to all."""

from datetime import datetime
from functools import partial

from ground import TENTH, heading, milliseconds, once, say

from notifications_app.core import clock
from notifications_app.core.database import db, reading
from notifications_app.domain.inbox import actions, mutes, queries
from notifications_app.domain.inbox import undo as undo_
from notifications_app.domain.inbox.filters import TABS, parse_filter
from notifications_app.domain.inbox.subscriptions import Subscriber

#: What is typed, and what it stands for; ``{}`` is the number of one notification.
SEARCHES = (
    ("a term that one has", "{}"),
    ("a word that all have", "notification"),
    ("two words that all have", "notification words"),
    ("a term that one has, a word that all have", "{} notification"),
    ("a word that all have, without another of those", "notification -words"),
    ("one character that none has", "q"),
)


def searches(user: Subscriber, notifications: int, now: datetime, page_one: float) -> None:
    """The first page of what is found."""

    def found(typed: str) -> None:
        with reading() as connection:
            queries.page(connection, user, now, view=parse_filter(q=typed))

    heading(f"Searching {notifications:,} notifications of one reader")
    for what, words in SEARCHES:
        typed = words.format(f"{notifications // 3:06}")
        took = milliseconds(partial(found, typed), times=9)
        say(what, took, took / page_one, "of page one")


def counts(many: Subscriber, few: Subscriber, now: datetime) -> None:
    """The counts of the five tabs; a topic is muted, else one of them costs nothing."""

    def ask(user: Subscriber) -> None:
        with reading() as connection:
            for tab in TABS:
                queries.count(connection, user, now, tab=tab)

    heading("Counting")
    for user in (many, few):
        mutes.mute(user.id, TENTH)
    db.session.commit()
    less, more = milliseconds(lambda: ask(few)), milliseconds(lambda: ask(many))
    say("five tabs, a tenth of the notifications", less)
    say("five tabs, all of them", more, more / less, "of that")
    for user in (many, few):
        mutes.unmute(user.id, TENTH)
    db.session.commit()


def actions_on(user: Subscriber) -> None:
    """Dismissing one, then all, then undoing that."""
    with reading() as connection:
        shown = queries.take_snapshot(connection, user, clock.now())
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
        parse_filter(), queries.Snapshot(shown.moment, shown.top, one.stamp + 1)
    )
    many, took_many = once(lambda: dismiss(every))
    _undone, took_undo = once(lambda: undo(many.stamp))
    say("one", took_one)
    say(f"{many.count:,}", took_many, took_one * many.count / took_many, "quicker than one by one")
    say("undoing that", took_undo, took_undo / took_many, "of dismissing them")
