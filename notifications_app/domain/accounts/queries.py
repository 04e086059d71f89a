"""Questions about accounts: the signed-in reader, credentials, people by name, sign-ins."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from unicodedata import normalize

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, or_, select

from ...core.errors import NotFound
from ...core.text import name_key, refuse_invisible, shorten, visible
from .memberships import GROUPS, Membership
from .models import SignIn, User

#: Limits of a sign-in: without a request, and in total; longer with "Keep me signed in".
IDLE, ABSOLUTE = timedelta(hours=8), timedelta(hours=24)
IDLE_KEPT, ABSOLUTE_KEPT = timedelta(days=14), timedelta(days=30)
#: The age of a sign-in up to which a sensitive action does not ask for the password again.
FRESH = timedelta(minutes=15)
#: The number of unknown names that a refusal lists.
MOST_MISSING = 20
_BETWEEN_NAMES = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Reader:
    """The signed-in person: Flask-Login's current user, as plain values, detached from the ORM."""

    id: int
    username: str
    email: str | None
    display_name: str
    timezone: str
    is_admin: bool
    admin_since: datetime | None
    is_active: bool
    inbox_since: datetime
    created_at: datetime
    shortcuts: bool
    density: str
    groups: tuple[Membership, ...]
    token: str
    signed_in_at: datetime
    last_seen_at: datetime

    is_authenticated = True
    is_anonymous = False

    def get_id(self) -> str:
        """Return the id that the session holds: the token of this sign-in."""
        return self.token

    @property
    def name(self) -> str:
        """The name that others see."""
        return self.display_name or self.username

    @property
    def initial(self) -> str:
        """The first letter of the name, for the round badge."""
        return self.name[0].upper()

    def is_fresh(self, now: datetime) -> bool:
        """Return whether the sign-in is recent enough for a sensitive action: :data:`FRESH`."""
        return now - self.signed_in_at <= FRESH


_READER = (
    select(
        User.id,
        User.username,
        User.email,
        User.display_name,
        User.timezone,
        User.is_admin,
        User.admin_since,
        User.is_active,
        User.inbox_since,
        User.created_at,
        User.shortcuts,
        User.density,
        GROUPS,
        SignIn.created_at.label("signed_in_at"),
        SignIn.last_seen_at,
        SignIn.expires_at,
    )
    .join(SignIn, SignIn.user_id == User.id)
    .where(SignIn.token_hash == bindparam("token_hash"), User.is_active)
)


def token_hash(token: str) -> str:
    """Return the hash of a sign-in's token, as the table holds it."""
    return sha256(token.encode()).hexdigest()


def is_live(row: Row[Any], now: datetime) -> bool:
    """Return whether a sign-in is within its idle and absolute limits.

    A kept sign-in has the longer limits; its lifetime shows that it is one.
    """
    is_kept = row.expires_at - row.signed_in_at > ABSOLUTE
    idle = IDLE_KEPT if is_kept else IDLE
    return bool(row.expires_at > now and row.last_seen_at + idle > now)


def over(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a sign-in is past its limits, by its columns alone.

    Some that are past their idle limit are left out, by the longer limit of kept ones.
    """
    return or_(SignIn.expires_at <= now, SignIn.last_seen_at <= now - IDLE_KEPT)


def reader(connection: Connection, token: str, now: datetime) -> Reader | None:
    """Return the active user with this sign-in token; None if it is unknown or past its limits."""
    row = connection.execute(_READER, {"token_hash": token_hash(token)}).first()
    if row is None or not is_live(row, now):
        return None
    values = row._asdict()
    del values["expires_at"]
    return Reader(token=token, **values)


_LAST_OF = select(
    SignIn.created_at.label("signed_in_at"), SignIn.last_seen_at, SignIn.expires_at
).where(SignIn.token_hash == bindparam("token_hash"))


def ended_by_limit(connection: Connection, token: str, now: datetime) -> timedelta | None:
    """Return the limit, idle or absolute, that a sign-in has passed.

    None if it is not known: the row of an ended sign-in is deleted.
    """
    row = connection.execute(_LAST_OF, {"token_hash": token_hash(token)}).first()
    if row is None:
        return None
    is_kept = row.expires_at - row.signed_in_at > ABSOLUTE
    if row.expires_at <= now:
        return ABSOLUTE_KEPT if is_kept else ABSOLUTE
    return None if is_live(row, now) else IDLE_KEPT if is_kept else IDLE


_SIGN_INS = (
    select(
        SignIn.token_hash,
        SignIn.created_at.label("signed_in_at"),
        SignIn.last_seen_at,
        SignIn.expires_at,
        SignIn.address,
        SignIn.user_agent,
    )
    .where(SignIn.user_id == bindparam("user_id"))
    .order_by(SignIn.last_seen_at.desc())
)


def sign_ins(connection: Connection, user_id: int, now: datetime) -> list[Row[Any]]:
    """Return the live sign-ins of an account, the most recently used first."""
    rows = connection.execute(_SIGN_INS, {"user_id": user_id})
    return [row for row in rows if is_live(row, now)]


_CREDENTIALS = select(
    User.id, User.username, User.display_name, User.email, User.password_hash, User.is_active,
    User.timezone, User.last_stamp, User.link_version,
)  # fmt: skip


def may_be_name(username: str) -> bool:
    """Return whether the text could be a username; other text need not reach the driver."""
    return username.isascii() and username.isprintable()


def credentials(connection: Connection, username: str) -> Row[Any] | None:
    """Return the columns that a sign-in is checked against, by the username in lower case."""
    if not may_be_name(username):
        return None
    return connection.execute(
        _CREDENTIALS.where(User.username == bindparam("username")), {"username": username}
    ).first()


def credentials_by_id(connection: Connection, user_id: int) -> Row[Any] | None:
    """Return the columns that a sign-in is checked against, by the account's id."""
    return connection.execute(
        _CREDENTIALS.where(User.id == bindparam("user_id")), {"user_id": user_id}
    ).first()


def list_users() -> Select[Any]:
    """Return a SELECT of everybody by username, with the columns that lists of people show."""
    return select(
        User.id,
        User.username,
        User.email,
        User.display_name,
        User.timezone,
        User.is_admin,
        User.is_active,
        User.created_at,
        (User.password_hash.is_not(None)).label("has_password"),
    ).order_by(User.username)


def split_names(typed: str) -> list[str]:
    """Return the names in a typed list, separated by commas, semicolons, spaces or lines."""
    return [name for name in _BETWEEN_NAMES.split(typed) if name]


def ids_of(
    connection: Connection,
    names: Iterable[str],
    watched: Callable[[Sequence[int]], Iterable[int]] = iter,
) -> dict[str, int]:
    """Return the ids of these people by username, in the order given.

    ``names`` are usernames or email addresses, in any case. ``watched`` wraps the sequence of
    batches, for instance to show a progress bar.

    Raises:
        BadInput: if a name contains an invisible character.
        NotFound: naming the first twenty that have no account, with the field ``people``.
    """
    wanted = list(dict.fromkeys(normalize("NFC", name_key(name)) for name in names))
    for name in wanted:
        refuse_invisible(name, "people", "username")
    found: dict[str, Row[Any]] = {}
    for start in watched(range(0, len(wanted), 5000)):
        part = wanted[start : start + 5000]
        found.update(_by_name(connection, part, User.username))
        found.update(_by_name(connection, [name for name in part if "@" in name], User.email))
    missing = [name for name in wanted if name not in found]
    if missing:
        sentence = _missing_sentence(missing)
        raise NotFound(f"{sentence} Nothing was changed.", "people")
    return {found[name].username: found[name].id for name in wanted}


def _missing_sentence(missing: Sequence[str]) -> str:
    """Name the first twenty: There are no users “nobody”, “odd” and 3 more."""
    some = [f"“{visible(shorten(name, 60))}”" for name in missing[:MOST_MISSING]]
    rest = len(missing) - MOST_MISSING
    if rest > 0:
        some.append(f"{rest:,} more")
    if len(some) == 1:
        return f"There is no user {some[0]}."
    return f"There are no users {', '.join(some[:-1])} and {some[-1]}."


def known_ids(connection: Connection, usernames: Iterable[str]) -> dict[str, int]:
    """Return the ids of those of these usernames that have an account."""
    return {name: row.id for name, row in _by_name(connection, usernames, User.username).items()}


def _by_name(connection: Connection, names: Iterable[str], column: Any) -> dict[str, Row[Any]]:
    # Text that cannot be a name, such as one with a NUL, must not reach the driver.
    named = column.in_([name for name in names if name.isprintable()])
    rows = connection.execute(select(column.label("name"), User.username, User.id).where(named))
    return {row.name: row for row in rows}


def usernames(connection: Connection, start: str, limit: int) -> list[tuple[str, str]]:
    """Return the first usernames that begin with ``start``, in either case, with their names."""
    begins = User.username.startswith(start.lower(), autoescape=True)
    statement = select(User.username, User.display_name).where(begins)
    found = connection.execute(statement.order_by(User.username).limit(limit))
    return [(row.username, row.display_name) for row in found]


def is_empty(connection: Connection) -> bool:
    """Return whether there is no account yet."""
    return connection.execute(select(User.id).limit(1)).first() is None
