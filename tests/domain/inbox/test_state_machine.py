"""Anything, in any order, looks the same as with a copy for each reader in plain Python."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from notifications_app.core.database import db, reading
from notifications_app.core.errors import NotFound, Refused
from notifications_app.domain.accounts.models import Group
from notifications_app.domain.broadcasts import recalling
from notifications_app.domain.inbox import (
    actions,
    add_reader,
    change_groups,
    change_role,
    change_timezone,
    mutes,
    undo,
)
from notifications_app.domain.inbox.filters import parse_filter
from notifications_app.domain.inbox.models import Delivery, Notification
from notifications_app.domain.maintenance import pruning
from tests.support import inbox
from tests.support.inbox_model import Model, Said
from tests.support.moments import NOON

T = TypeVar("T")
INSTANT = timedelta(microseconds=1)
DELAYS = st.sampled_from([timedelta(0), timedelta(seconds=30), timedelta(hours=1)])
LIVES = st.sampled_from([None, None, timedelta(seconds=45), timedelta(hours=2)])
SPANS = st.sampled_from(
    [INSTANT, timedelta(seconds=31), timedelta(hours=1), timedelta(days=1), timedelta(days=3)]
)
AGES = st.sampled_from([timedelta(0), timedelta(days=3), timedelta(days=10)])
RETENTIONS = st.sampled_from([timedelta(days=2), timedelta(days=2), timedelta(days=9)])
NAPS = st.sampled_from([INSTANT, timedelta(seconds=45), timedelta(hours=2), timedelta(days=2)])
TOPICS = st.sampled_from(["general", "billing"])
CATEGORIES = st.sampled_from(["info", "info", "error"])
CHANNELS = st.sampled_from(["everyone", "everyone", "role:admin", "group:ops"])
GROUPS = ("ops", "night")
ZONES = ("UTC", "Asia/Kolkata", "Europe/Paris", "America/New_York", "Pacific/Kiritimati")
#: Wall times of local broadcasts, relative to the wall of UTC now.
WALLS = st.sampled_from([None, None, timedelta(hours=-3), timedelta(hours=1), timedelta(hours=9)])
VERBS = st.sampled_from(sorted(actions.VERBS))
SHOWN_BANNERS = 10


def seen(shown: Any) -> Any:
    """The snapshot of a page, as the model has it."""
    muted = frozenset(filter(None, shown.muted.split(",")))
    return shown.moment, shown.top, shown.seen, muted


class Centre(RuleBasedStateMachine):
    """One database, emptied before each run: an edit asks on another connection, so it commits."""

    users = Bundle("users")
    notes = Bundle("notes")
    stamps = Bundle("stamps")
    pages = Bundle("pages")

    def __init__(self) -> None:
        super().__init__()
        db.session.rollback()
        for found in reversed(db.metadata.sorted_tables):
            db.session.execute(found.delete())
        db.session.commit()
        self.model = Model(NOON)

    def teardown(self) -> None:
        for user in self.model.people:
            known = self.model.known(user)
            for number in self.model.said:
                row = inbox.one(user, number, self.now)
                assert (row is not None) == (number in known)
                if row is not None:
                    found = (row.arrives_at, row.snoozed_from, row.read_at, row.dismissed_at)
                    copy = known[number]
                    assert found == (copy.arrives, copy.first, copy.read, copy.dismissed)
        db.session.rollback()

    @property
    def now(self) -> Any:
        return self.model.now

    def edge(self, action: Callable[[], T]) -> T | None:
        """Act as a view does: nothing stays of a refused action."""
        with db.session.begin_nested() as savepoint:
            try:
                return action()
            except NotFound:
                savepoint.rollback()
                return None

    def new_reader(self, zone: str = "UTC") -> int:
        name = f"reader{len(self.model.people)}"
        user = add_reader.add_reader(name, password_hash=None, timezone=zone, now=self.now).id
        self.model.join(user, zone)
        self.model.forward(INSTANT)  # what comes at this very moment is not theirs
        return user

    @initialize(target=users)
    def three_readers(self) -> Any:
        db.session.add_all(Group(name=name) for name in GROUPS)
        db.session.flush()
        return multiple(*(self.new_reader() for _ in range(3)))

    @rule(target=users, zone=st.sampled_from(ZONES))
    def somebody_joins(self, zone: str) -> Any:
        return multiple(self.new_reader(zone)) if len(self.model.people) < 5 else multiple()

    @rule(span=SPANS)
    def the_clock_goes_on(self, span: timedelta) -> None:
        self.model.forward(span)

    def times(self, delay: timedelta, wall: timedelta | None, life: timedelta | None) -> Any:
        """The options, and the model's times: start, end, and start in each zone."""
        start, zones, asked = self.now + delay, None, {"arrives_at": self.now + delay}
        if wall is not None:
            shown = (self.now + wall).replace(tzinfo=None)
            there = {zone: shown.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for zone in ZONES}
            zones = {zone: max(moment, self.now) for zone, moment in there.items()}
            asked = {"local_at": shown}
        if not life:
            return asked, start, None, zones
        # The last zone of all is eleven hours behind UTC, or a little more.
        end = max(start, self.now + wall + timedelta(hours=13)) if wall is not None else start
        return {**asked, "expires_at": end + life}, start, end + life, zones

    @rule(
        target=notes, first=users, second=users, delay=DELAYS, wall=WALLS, life=LIVES,
        topic=TOPICS, category=CATEGORIES,
    )  # fmt: skip
    def notify(
        self, first: int, second: int, delay: timedelta, wall: timedelta | None,
        life: timedelta | None, topic: str, category: str,
    ) -> int:  # fmt: skip
        asked, start, end, zones = self.times(delay, wall, life)
        more: dict[str, Any] = {"topic": topic, "category": category}
        number = inbox.notify(first, second, now=self.now, **asked, **more)
        said = Said(number, None, start, end, banner=False, zones=zones, **more)
        self.model.say(said, (first, second))
        return number

    @rule(
        target=notes, channel=CHANNELS, delay=DELAYS, wall=WALLS, life=LIVES,
        banner=st.booleans(), topic=TOPICS, category=CATEGORIES,
    )  # fmt: skip
    def broadcast(
        self, channel: str, delay: timedelta, wall: timedelta | None, life: timedelta | None,
        banner: bool, topic: str, category: str,
    ) -> int:  # fmt: skip
        asked, start, end, zones = self.times(delay, wall, life)
        more: dict[str, Any] = {"topic": topic, "category": category}
        number = inbox.broadcast(channel, self.now, **asked, is_banner=banner, **more)
        self.model.say(Said(number, channel, start, end, banner, zones=zones, **more))
        return number

    @rule(number=notes, life=LIVES, banner=st.booleans(), again=st.booleans())
    def edit(self, number: int, life: timedelta | None, banner: bool, again: bool) -> None:
        one = self.model.said.get(number)
        if one is None:
            assert self.edge(lambda: inbox.edit(number, self.now)) is None
            return
        last = max([one.arrives, *(one.zones or {}).values(), self.now])
        end = last + timedelta(hours=13) + life if life else None
        banner = banner and one.channel is not None
        if one.recalled:
            with pytest.raises(Refused, match="recalled"):
                inbox.edit(number, self.now)
            return
        inbox.edit(number, self.now, again=again, expires_at=end, is_banner=banner)
        self.model.edit(number, expires=end, banner=banner, again=again)

    @rule(user=users, topic=TOPICS)
    def mute(self, user: int, topic: str) -> None:
        assert mutes.mute(user, topic) is self.model.mute(user, topic)

    @rule(user=users, topic=TOPICS)
    def unmute(self, user: int, topic: str) -> None:
        assert mutes.unmute(user, topic) is self.model.unmute(user, topic)

    @rule(number=notes)
    def recall(self, number: int) -> None:
        one = self.model.said.get(number)
        if one is None:
            assert self.edge(lambda: recalling.recall(number, self.now)) is None
            return
        assert recalling.recall(number, self.now) is (one.recalled is None)
        one.recalled = one.recalled or self.now

    @rule(number=notes)
    def restore(self, number: int) -> None:
        if number not in self.model.said:
            assert self.edge(lambda: recalling.restore(number, self.now)) is None
            return
        assert recalling.restore(number, self.now) is self.model.restore(number)

    @rule(
        target=stamps, retention=RETENTIONS, span=AGES, user=users,
        tab=st.sampled_from(["inbox", "inbox", "muted"]),
        sent=st.lists(st.tuples(CHANNELS, WALLS, LIVES, st.booleans(), TOPICS), max_size=3),
    )  # fmt: skip
    def prune(
        self, retention: timedelta, span: timedelta, user: int, tab: str, sent: list[Any]
    ) -> int:
        """It takes what is long over, and some of the old dismissed; nothing else changes."""
        for channel, wall, life, banner, topic in sent:
            self.broadcast(channel, timedelta(0), wall, life, banner, topic, "info")
        self.model.forward(INSTANT)
        stamp = self.act_on_all_of_a_page((user, inbox.shown(user, self.now)), "dismiss", tab, span)
        self.model.forward(span)
        db.session.commit()
        limits = pruning.plan(self.now, retention, None)
        with reading() as connection:
            wanted = pruning.count(connection, limits)
        done = pruning.Pruned()
        for step in pruning.prune(limits):
            db.session.commit()
            done.add(step)
        assert done.counts == +wanted.counts
        self.follow_pruning(limits.cut)
        return cast("int", stamp)

    def follow_pruning(self, cut: datetime) -> None:
        """Forget in the model what may be gone and is; what must be gone is."""
        model = self.model
        model.forget(model.over(cut))
        stored = set(db.session.execute(sa.select(Notification.id)).scalars())
        columns = sa.select(Delivery.user_id, Delivery.notification_id)
        kept = {tuple(row) for row in db.session.execute(columns)}
        for user, person in model.people.items():
            gone = {n for n in model.old_dismissed(user, cut) if (user, n) not in kept}
            personal = {n for n in model.old_dismissed(user, cut) if not model.said[n].channel}
            assert personal <= gone
            model.forget(gone, user)
            before, since = person.since["everyone"], inbox.reader(user).inbox_since
            # No floor rises for nothing.
            assert since in ({before, max(before, cut)} if gone - personal else {before})
            person.since["everyone"] = since
        have = {n for person in model.people.values() for n in person.copies}
        model.forget([n for n, one in model.said.items() if not one.channel and n not in have])
        assert stored == set(model.said)

    @rule(user=users, admin=st.booleans())
    def grant_or_revoke(self, user: int, admin: bool) -> None:
        tune = self.model.tune_in if admin else self.model.tune_out
        change = change_role.grant_admin if admin else change_role.revoke_admin
        assert change(user, self.now) is tune(user, "role:admin")
        self.model.forward(INSTANT)

    @rule(user=users, group=st.sampled_from(GROUPS), comes=st.booleans())
    def come_to_a_group_or_leave_it(self, user: int, group: str, comes: bool) -> None:
        tune = self.model.tune_in if comes else self.model.tune_out
        change = change_groups.join_group if comes else change_groups.leave_group
        was_in = f"group:{group}" in self.model.people[user].since
        assert change(group, [user], self.now) == (was_in is not comes)
        if was_in is not comes:
            tune(user, f"group:{group}")
        self.model.forward(INSTANT)

    @rule(user=users, zone=st.sampled_from(ZONES))
    def move_to_another_zone(self, user: int, zone: str) -> None:
        change_timezone.set_timezone(user, zone, self.now)
        self.model.move(user, zone)

    def act(self, user: int, verb: str, scope: Any, nap: timedelta) -> Any:
        """Do it in the application and hand back what to do it in the model with."""
        until = self.now + nap if verb == "snooze" else None
        return actions.act(user, verb, scope, self.now, until=until), until

    @rule(target=stamps, user=users, verb=VERBS, number=notes, nap=NAPS)
    def act_on_one(self, user: int, verb: str, number: int, nap: timedelta) -> Any:
        if number not in self.model.known(user):
            assert self.edge(lambda: self.act(user, verb, [number], nap)) is None
            return multiple()
        found, until = self.act(user, verb, [number], nap)
        assert (found.stamp, found.count) == self.model.act(user, verb, [number], until)
        return found.stamp

    @rule(
        target=stamps, user=users, verb=VERBS, nap=NAPS,
        numbers=st.lists(notes, min_size=2, max_size=6),
    )  # fmt: skip
    def act_on_several(self, user: int, verb: str, numbers: list[int], nap: timedelta) -> int:
        found, until = self.act(user, verb, numbers, nap)
        assert (found.stamp, found.count) == self.model.act(user, verb, numbers, until)
        return found.stamp

    @rule(target=pages, user=users)
    def open_a_page(self, user: int) -> tuple[int, Any]:
        shown = inbox.shown(user, self.now)
        assert seen(shown) == self.model.shown(user)
        return user, shown

    @rule(target=stamps, page=pages, verb=VERBS, tab=st.sampled_from(inbox.TABS), nap=NAPS)
    def act_on_all_of_a_page(
        self, page: tuple[int, Any], verb: str, tab: str, nap: timedelta
    ) -> int:
        user, shown = page
        found, until = self.act(
            user, verb, actions.ShownSnapshotScope(parse_filter(tab), shown), nap
        )
        wanted = self.model.act_on_all(user, verb, tab, seen(shown), until)
        assert (found.stamp, found.count) == wanted
        return found.stamp

    @rule(target=stamps, user=users, stamp=stamps)
    def undo(self, user: int, stamp: int) -> Any:
        found = self.edge(lambda: undo.undo(user, stamp, self.now))
        wanted = self.model.undo(user, stamp)
        assert (found and (found.stamp, found.count, found.skipped)) == wanted
        return found.stamp if found else multiple()

    @invariant()
    def everybody_sees_what_they_should(self) -> None:
        for user in self.model.people:
            reader = inbox.reader(user)
            for tab in inbox.TABS:
                wanted = self.model.tab(user, tab)
                assert inbox.ids(reader, self.now, tab) == wanted
                assert inbox.count(reader, self.now, tab) == len(wanted)
            tops = self.model.tops(user)
            if len(tops) <= SHOWN_BANNERS:
                assert inbox.tops(reader, self.now) == tops


@pytest.mark.slow
@pytest.mark.parametrize("steps", [12, 30])
def test_any_order_of_actions_is_as_with_a_copy_for_each_reader(in_app: Flask, steps: int) -> None:
    run_state_machine_as_test(
        Centre,
        settings=settings(
            max_examples=15,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
