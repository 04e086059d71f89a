"""A notification centre in plain Python: a copy for each reader, handed out at arrival.

What the application does with one row for everybody must look the same as this.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from notifications_app.clock import micros

MINUTE = timedelta(minutes=1)
Page = tuple[datetime, int, int]


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
    recalled: bool = False


@dataclass(frozen=True)
class Copy:
    """One reader's copy. A new state is a new copy, so that the log can keep the old one."""

    arrives: datetime
    #: Of what was snoozed: when it first came.
    first: datetime | None = None
    read: datetime | None = None
    dismissed: datetime | None = None
    stamp: int | None = None


@dataclass
class Person:
    """A reader, their copies, and for each stamp what the copies were before."""

    admin: bool = False
    last_stamp: int = 0
    copies: dict[int, Copy] = field(default_factory=dict)
    log: dict[int, dict[int, Copy]] = field(default_factory=dict)
    mutes: set[str] = field(default_factory=set)

    @property
    def channels(self) -> tuple[str, ...]:
        return ("everyone", "role:admin") if self.admin else ("everyone",)


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
            if one.channel and before < one.arrives <= self.now:
                self._hand_out(one)

    def say(self, one: Said, to: tuple[int, ...] = ()) -> None:
        self.said[one.id] = one
        for user in to:
            self.people[user].copies[one.id] = Copy(one.arrives)
        if one.channel and one.arrives <= self.now:
            self._hand_out(one)

    def _hand_out(self, one: Said) -> None:
        for person in self.people.values():
            if one.channel in person.channels:
                person.copies.setdefault(one.id, Copy(one.arrives))

    def live(self, number: int) -> bool:
        one = self.said[number]
        return not one.recalled and (one.expires is None or one.expires > self.now)

    def join(self, user: int) -> None:
        self.people[user] = Person()
        self._hand_banners(user, None)

    def listen(self, user: int, *, admin: bool) -> bool:
        """Change somebody's channels: what is about to arrive on the old ones still does."""
        person = self.people[user]
        stamp = self._take(person)
        for one in self.said.values():
            coming = self.now < one.arrives <= self.now + MINUTE
            if coming and one.channel in person.channels:
                person.copies.setdefault(one.id, Copy(one.arrives))
        changed, person.admin = person.admin != admin, admin
        self._hand_banners(user, stamp)
        return changed

    def _hand_banners(self, user: int, stamp: int | None) -> None:
        person = self.people[user]
        for number in self._banners(person):
            person.copies.setdefault(number, Copy(self.now, stamp=stamp))

    def _banners(self, person: Person) -> list[int]:
        return [
            one.id
            for one in sorted(self.said.values(), key=lambda one: (one.arrives, one.id))[::-1]
            if one.banner and one.channel in person.channels
            if one.arrives <= self.now and self.live(one.id)
        ]

    def tops(self, user: int) -> list[int]:
        person = self.people[user]
        return [n for n in self._banners(person) if person.copies[n].dismissed is None]

    # ---- what one reader sees ----

    def asleep(self, copy: Copy) -> bool:
        return copy.arrives > self.now and copy.first is not None

    def known(self, user: int) -> dict[int, Copy]:
        """What this reader can open: arrived, put to sleep, or dismissed."""
        return {
            n: copy
            for n, copy in self.people[user].copies.items()
            if self.live(n)
            and (copy.arrives <= self.now or copy.first is not None or copy.dismissed is not None)
        }

    def muted(self, user: int, number: int) -> bool:
        one = self.said[number]
        breaks_through = one.category == "error" or one.banner
        return one.topic in self.people[user].mutes and not breaks_through

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
        return sorted(copies, key=lambda n: (place(copies[n]), n), reverse=True)

    def shown(self, user: int) -> Page:
        return self.now, max(self.said, default=0), self.people[user].last_stamp

    # ---- what one reader does ----

    def mute(self, user: int, topic: str) -> bool:
        mutes = self.people[user].mutes
        return topic not in mutes and not mutes.add(topic)

    def unmute(self, user: int, topic: str) -> bool:
        mutes = self.people[user].mutes
        return topic in mutes and not mutes.remove(topic)

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
        """The same for what a page showed: nothing later than it, nothing touched since."""
        moment, top, seen = shown
        timeless = tab in {"snoozed", "dismissed"}
        numbers = [
            n
            for n, copy in self.known(user).items()
            if self.is_in(user, n, tab) and n <= top
            if timeless or copy.arrives <= moment
            if copy.stamp is None or copy.stamp <= seen
        ]
        return self._change(user, verb, numbers, until)

    def _after(self, verb: str, copy: Copy, until: datetime | None) -> Copy | None:
        """What a copy becomes; None where the verb does not reach or not change it."""
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

    def undo(self, user: int, undone: int) -> tuple[int, int, int] | None:
        """Stamp, how many were put back, how many left alone; None where nothing was done."""
        person = self.people[user]
        held = person.log.get(undone)
        if not held:
            return None
        stamp = self._take(person)
        mine = {n: person.copies[n] for n in held if person.copies[n].stamp == undone}
        for n in mine:
            person.copies[n] = replace(held[n], stamp=stamp)
        person.log[stamp] = mine
        return stamp, len(mine), len(held) - len(mine)
