"""A notification centre in plain Python: a copy for each reader, handed out at arrival.

What the application does with one row for everybody must look the same as this.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from notifications_app.core.clock import micros

MINUTE, WEEK = timedelta(minutes=1), timedelta(days=7)
Page = tuple[datetime, int, int, frozenset[str]]


@dataclass
class Said:
    """A notification: to a channel from a moment on, or to named people (no channel)."""

    id: int
    channel: str | None
    arrives: datetime
    expires: datetime | None
    banner: bool
    topic: str = "general"
    category: str = "info"
    recalled: datetime | None = None
    edited: datetime | None = None
    #: With a local time: the arrival in each zone.
    zones: dict[str, datetime] | None = None

    def moment(self, zone: str) -> datetime:
        return self.zones[zone] if self.zones else self.arrives


@dataclass(frozen=True)
class Copy:
    """One reader's copy. A new state is a new copy, so that the log can keep the old one."""

    arrives: datetime
    #: The first arrival of a snoozed copy.
    first: datetime | None = None
    read: datetime | None = None
    dismissed: datetime | None = None
    stamp: int | None = None


@dataclass
class Person:
    """A reader, their copies, and for each stamp what the copies were before."""

    zone: str = "UTC"
    #: The channels they listen to, and since when.
    since: dict[str, datetime] = field(default_factory=dict)
    last_stamp: int = 0
    copies: dict[int, Copy] = field(default_factory=dict)
    log: dict[int, dict[int, Copy]] = field(default_factory=dict)
    mutes: set[str] = field(default_factory=set)

    def hears(self, one: Said) -> bool:
        return one.channel in self.since


class Model:
    """Everybody, everything said, and the time."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.people: dict[int, Person] = {}
        self.said: dict[int, Said] = {}

    # ---- what is said, and to whom ----

    def forward(self, span: timedelta) -> None:
        """The clock goes on; what arrives meanwhile is handed to whoever listens."""
        before, self.now = self.now, self.now + span
        for one in self.said.values():
            for person in self.people.values():
                if person.hears(one) and before < one.moment(person.zone) <= self.now:
                    self._hand(person, one)

    def say(self, one: Said, to: tuple[int, ...] = ()) -> None:
        self.said[one.id] = one
        for user in to:
            self.people[user].copies[one.id] = Copy(one.moment(self.people[user].zone))
        self._hand_to_all(one)

    def _hand_to_all(self, one: Said) -> None:
        for person in self.people.values():
            if person.hears(one) and one.moment(person.zone) <= self.now:
                self._hand(person, one)

    def _hand(self, person: Person, one: Said) -> None:
        person.copies.setdefault(one.id, Copy(one.moment(person.zone)))

    def edit(self, number: int, *, expires: datetime | None, banner: bool, again: bool) -> None:
        """Say it otherwise; again: whoever had it has it anew, and who came since has it too."""
        one = self.said[number]
        changed = (one.expires, one.banner) != (expires, banner)
        one.expires, one.banner = expires, banner
        if changed or again:
            one.edited = self.now
        if again:
            one.arrives = self._if_past(one.arrives)
            one.zones = one.zones and {z: self._if_past(at) for z, at in one.zones.items()}
            for person in self.people.values():
                if copy := person.copies.get(number):
                    person.copies[number] = self._anew(copy)
            self._hand_to_all(one)
        if banner and changed:
            for person in self.people.values():
                if person.hears(one) and one.moment(person.zone) <= self.now:
                    person.copies.setdefault(number, Copy(self.now))

    def restore(self, number: int) -> bool:
        """Undo a recall: the copies are as they were; a banner reaches who came meanwhile."""
        one = self.said[number]
        if not one.recalled:
            return False
        one.recalled = None
        if one.banner and self.live(number):
            for person in self.people.values():
                if person.hears(one) and one.moment(person.zone) <= self.now:
                    person.copies.setdefault(number, Copy(self.now))
        return True

    def _anew(self, copy: Copy) -> Copy:
        if copy.arrives <= self.now:
            return Copy(self.now)
        return Copy(copy.arrives, first=self.now) if copy.first else copy

    def _if_past(self, moment: datetime) -> datetime:
        return max(self.now, moment)

    def live(self, number: int) -> bool:
        one = self.said[number]
        return one.recalled is None and (one.expires is None or one.expires > self.now)

    def join(self, user: int, zone: str = "UTC") -> None:
        self.people[user] = Person(zone=zone, since={"everyone": self.now})
        self._hand_banners(user, None)

    def tune_in(self, user: int, channel: str) -> bool:
        """Begin to listen: to what comes from now on, and to the banners that are live."""
        person = self.people[user]
        stamp = self._take(person)
        if channel in person.since:
            return False
        person.since[channel] = self.now
        self._hand_banners(user, stamp)
        return True

    def tune_out(self, user: int, channel: str) -> bool:
        """Cease to listen: what is about to arrive still does."""
        person = self.people[user]
        self._take(person)
        if channel not in person.since:
            return False
        self._keep_what_comes(person, channel)
        del person.since[channel]
        return True

    def move(self, user: int, zone: str) -> None:
        """Live elsewhere: what has come there has come; what was about to come here does."""
        person = self.people[user]
        stamp = self._take(person)
        if zone == person.zone:
            return
        for channel in person.since:
            self._keep_what_comes(person, channel)
        person.zone = zone
        self._hand_banners(user, stamp)
        for one in self.said.values():
            if not person.hears(one) or not one.zones or one.moment(zone) > self.now:
                continue
            if one.moment(zone) > max(person.since["everyone"], person.since[str(one.channel)]):
                mark = stamp if self.live(one.id) else None
                person.copies.setdefault(one.id, Copy(one.moment(zone), stamp=mark))

    def _keep_what_comes(self, person: Person, channel: str) -> None:
        for one in self.said.values():
            if one.channel == channel and self.now < one.moment(person.zone) <= self.now + MINUTE:
                self._hand(person, one)

    def _hand_banners(self, user: int, stamp: int | None) -> None:
        person = self.people[user]
        for number in self._banners(person):
            person.copies.setdefault(number, Copy(self.now, stamp=stamp))

    def _banners(self, person: Person) -> list[int]:
        """The live banners that have come where this person is."""
        return [
            one.id
            for one in self.said.values()
            if one.banner and person.hears(one)
            if one.moment(person.zone) <= self.now and self.live(one.id)
        ]

    def tops(self, user: int) -> list[int]:
        """The banners that have come, here or where this person was, until dismissed."""
        person = self.people[user]
        found = [
            (one.moment(person.zone), one.id)
            for one in self.said.values()
            if one.banner and person.hears(one) and self.live(one.id)
            if (copy := person.copies.get(one.id)) and copy.dismissed is None
            if copy.arrives <= self.now or copy.first
        ]
        return [number for _moment, number in sorted(found)[::-1]]

    # ---- what is long over ----

    def over(self, cut: datetime) -> set[int]:
        """The ids of all that has been over since then."""
        ends = {n: [end for end in (one.expires, one.recalled) if end]
                for n, one in self.said.items()}  # fmt: skip
        return {number for number, found in ends.items() if any(end <= cut for end in found)}

    def old_dismissed(self, user: int, cut: datetime) -> set[int]:
        """The ids that this person dismissed by then, and that nothing can bring back."""
        copies = self.people[user].copies
        gone = {n for n, copy in copies.items() if copy.dismissed and copy.dismissed <= cut}
        return {
            number
            for number in gone
            if not (one := self.said[number]).banner
            if one.channel is None or max([one.arrives, *(one.zones or {}).values()]) <= cut
        }

    def forget(self, numbers: Collection[int], user: int | None = None) -> None:
        """Nobody has these any more, or one person has not."""
        for person in [self.people[user]] if user else self.people.values():
            for number in numbers:
                person.copies.pop(number, None)
                for held in person.log.values():
                    held.pop(number, None)
        if user is None:
            for number in numbers:
                del self.said[number]

    # ---- what one reader sees ----

    def asleep(self, copy: Copy) -> bool:
        return copy.arrives > self.now and copy.first is not None

    def known(self, user: int) -> dict[int, Copy]:
        """Ids that this reader can open: arrived, snoozed or dismissed."""
        return {
            n: copy
            for n, copy in self.people[user].copies.items()
            if self.live(n)
            and (copy.arrives <= self.now or copy.first is not None or copy.dismissed is not None)
        }

    def muted(self, user: int, number: int) -> bool:
        return self.is_of(number, self.people[user].mutes)

    def is_of(self, number: int, mutes: Collection[str]) -> bool:
        one = self.said[number]
        return one.topic in mutes and one.category != "error" and not one.banner

    def is_in(self, user: int, number: int, tab: str) -> bool:
        copy = self.people[user].copies[number]
        if tab == "dismissed":
            return copy.dismissed is not None
        if copy.dismissed is not None:
            return False
        if tab == "snoozed":
            return self.asleep(copy)
        here = copy.arrives <= self.now and self.muted(user, number) is (tab == "muted")
        return here and (tab != "unread" or copy.read is None)

    def tab(self, user: int, name: str) -> list[int]:
        copies = {n: copy for n, copy in self.known(user).items() if self.is_in(user, n, name)}
        place: Callable[[Copy], Any] = lambda copy: copy.arrives  # noqa: E731
        if name == "dismissed":
            place = lambda copy: copy.dismissed  # noqa: E731
        return sorted(copies, key=lambda n: (place(copies[n]), n), reverse=name != "snoozed")

    def shown(self, user: int) -> Page:
        person = self.people[user]
        return self.now, max(self.said, default=0), person.last_stamp, frozenset(person.mutes)

    # ---- what one reader does ----

    def mute(self, user: int, topic: str) -> bool:
        mutes = self.people[user].mutes
        is_new = topic not in mutes
        mutes.add(topic)
        return is_new

    def unmute(self, user: int, topic: str) -> bool:
        mutes = self.people[user].mutes
        is_there = topic in mutes
        mutes.discard(topic)
        return is_there

    def _take(self, person: Person) -> int:
        person.last_stamp = max(person.last_stamp + 1, micros(self.now))
        return person.last_stamp

    def act(
        self, user: int, verb: str, numbers: list[int], until: datetime | None = None
    ) -> tuple[int, int]:
        """Stamp and count."""
        known = self.known(user)
        return self._change(user, verb, [n for n in set(numbers) if n in known], until)

    def act_on_all(
        self, user: int, verb: str, tab: str, shown: Page, until: datetime | None = None
    ) -> tuple[int, int]:
        """Apply it to a page's snapshot: nothing later than it, nothing touched since."""
        moment, top, seen, mutes = shown
        timeless = tab in {"snoozed", "dismissed"}
        numbers = [
            n
            for n, copy in self.known(user).items()
            if self.is_in(user, n, tab) and n <= top
            if timeless or copy.arrives <= moment
            if timeless or self.is_of(n, mutes) is (tab == "muted")
            if copy.stamp is None or copy.stamp <= seen
            if (self.said[n].edited or moment) <= moment
        ]
        return self._change(user, verb, numbers, until)

    def _after(self, verb: str, copy: Copy, until: datetime | None) -> Copy | None:
        """The copy after the action; None if the verb does not reach or not change it."""
        here, asleep, gone = copy.arrives <= self.now, self.asleep(copy), copy.dismissed is not None
        after = None
        match verb:
            case "read" if here and copy.read is None:
                after = replace(copy, read=self.now)
            case "unread" if here and copy.read is not None:
                after = replace(copy, read=None)
            case "dismiss" if (here or asleep) and not gone:
                after = replace(copy, dismissed=self.now)
            case "restore" if (here or asleep) and gone:
                after = replace(copy, dismissed=None)
            case "snooze" if until and (here or asleep) and not gone and copy.arrives != until:
                first = copy.first if asleep else copy.arrives
                after = replace(copy, arrives=until, first=first, read=None)
            case "unsnooze" if asleep and copy.first:
                after = replace(copy, arrives=copy.first, first=None)
        return after

    def _change(
        self, user: int, verb: str, numbers: list[int], until: datetime | None
    ) -> tuple[int, int]:
        person = self.people[user]
        stamp = self._take(person)
        person.log[stamp] = {}
        for n in numbers:
            before = person.copies[n]
            if after := self._after(verb, before, until):
                person.log[stamp][n] = before
                person.copies[n] = replace(after, stamp=stamp)
        return stamp, len(person.log[stamp])

    def _is_as_left(self, person: Person, number: int, undone: int) -> bool:
        """Untouched since this stamp, or touched and brought back to what it was then."""
        copy, edited = person.copies[number], self.said[number].edited
        since = [person.log[stamp][number] for stamp in sorted(person.log) if stamp > undone
                 and number in person.log[stamp]]  # fmt: skip
        if copy.stamp == undone:
            return True
        if copy.stamp is None or not since or (edited and micros(edited) >= undone):
            return False
        return replace(since[0], stamp=None) == replace(copy, stamp=None)

    def undo(self, user: int, undone: int) -> tuple[int, int, int] | None:
        """Stamp, how many were put back, how many left alone; None where nothing was done."""
        person = self.people[user]
        held = person.log.get(undone)
        if not held or undone <= micros(self.now - WEEK):
            return None
        stamp = self._take(person)
        mine = {n: person.copies[n] for n in held if self._is_as_left(person, n, undone)}
        for n in mine:
            person.copies[n] = replace(held[n], stamp=stamp)
        person.log[stamp] = mine
        return stamp, len(mine), len(held) - len(mine)
