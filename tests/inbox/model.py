"""A notification centre in plain Python: a copy for each reader, handed out at arrival.

What the application does with one row for everybody must look the same as this.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from notifications_app.clock import micros

MINUTE = timedelta(minutes=1)


@dataclass
class Said:
    """A notification: to a channel from a moment on, or to named people (no channel)."""

    id: int
    channel: str | None
    arrives: datetime
    expires: datetime | None
    banner: bool
    recalled: bool = False


@dataclass(frozen=True)
class Copy:
    """One reader's copy. A new state is a new copy, so that the log can keep the old one."""

    arrives: datetime
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

    @property
    def channels(self) -> tuple[str, ...]:
        return ("everyone", "role:admin") if self.admin else ("everyone",)


WOULD_CHANGE = {
    "read": lambda copy: copy.read is None,
    "unread": lambda copy: copy.read is not None,
    "dismiss": lambda copy: copy.dismissed is None,
    "restore": lambda copy: copy.dismissed is not None,
}
IN_TAB = {
    "inbox": lambda copy: copy.dismissed is None,
    "unread": lambda copy: copy.dismissed is None and copy.read is None,
    "dismissed": lambda copy: copy.dismissed is not None,
}


class Model:
    """Everybody, everything said, and the time."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.people: dict[int, Person] = {}
        self.said: dict[int, Said] = {}

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

    def there(self, user: int) -> dict[int, Copy]:
        """What this reader has now, dismissed or not."""
        copies = self.people[user].copies.items()
        return {n: copy for n, copy in copies if copy.arrives <= self.now and self.live(n)}

    def tab(self, user: int, name: str) -> list[int]:
        copies = {n: copy for n, copy in self.there(user).items() if IN_TAB[name](copy)}
        place = (lambda c: c.dismissed) if name == "dismissed" else (lambda c: c.arrives)
        return sorted(copies, key=lambda n: (place(copies[n]), n), reverse=True)

    def shown(self, user: int) -> tuple[datetime, int, int]:
        return self.now, max(self.said, default=0), self.people[user].last_stamp

    def _take(self, person: Person) -> int:
        person.last_stamp = max(person.last_stamp + 1, micros(self.now))
        return person.last_stamp

    def act(self, user: int, verb: str, numbers: list[int]) -> tuple[int, int]:
        """Stamp and count."""
        there = self.there(user)
        return self._change(user, verb, [n for n in set(numbers) if n in there])

    def act_on_all(
        self, user: int, verb: str, tab: str, shown: tuple[datetime, int, int]
    ) -> tuple[int, int]:
        """The same for what a page showed: nothing later than it, nothing touched since."""
        moment, top, seen = shown
        touched = self.there(user).items()
        return self._change(
            user,
            verb,
            [
                n
                for n, copy in touched
                if IN_TAB[tab](copy) and copy.arrives <= moment and n <= top
                if copy.stamp is None or copy.stamp <= seen
            ],
        )

    def _change(self, user: int, verb: str, numbers: list[int]) -> tuple[int, int]:
        person = self.people[user]
        stamp = self._take(person)
        name = "read" if verb in {"read", "unread"} else "dismissed"
        value = self.now if verb in {"read", "dismiss"} else None
        before = {n: person.copies[n] for n in numbers if WOULD_CHANGE[verb](person.copies[n])}
        for n, copy in before.items():
            person.copies[n] = replace(copy, **{name: value}, stamp=stamp)
        person.log[stamp] = before
        return stamp, len(before)

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
