"""The API for other Python code: ``notify`` and ``broadcast``, exported by the package."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol, cast

from .core import clock
from .domain import content
from .domain.broadcasts import sending
from .domain.broadcasts.schedule import SendOptions
from .domain.inbox.models import Notification


class HasId(Protocol):
    """Anything with the ``id`` of a user: a model, or the current user."""

    @property
    def id(self) -> int: ...  # noqa: D102


def notify(
    user_or_users: HasId | int | Iterable[HasId | int],
    title: str,
    body: str = "",
    *,
    category: str = "info",
    topic: str = "general",
    action_url: str | None = None,
    action_label: str | None = None,
    arrives_at: datetime | None = None,
    local_at: datetime | None = None,
    expires_at: datetime | None = None,
    sender: HasId | int | None = None,
    key: str | None = None,
) -> Notification:
    """Send a notification to one person or several, in the caller's transaction: commit it.

    Moments are aware; a start in the past means now. ``local_at`` is a naive wall time: the
    notification arrives when the clocks in the person's own zone show it. With a ``key`` that
    was used before, the first notification is returned and nothing is sent.

    Raises:
        BadInput: with the ``field`` that is wrong; :class:`BadTime` for the times.
        Refused: if the key was used for something else.
        NotFound: if somebody has no account.
    """
    # Do not test for an iterable: the proxy of the current user looks like one.
    alone = isinstance(user_or_users, int) or hasattr(user_or_users, "id")
    people = cast("Iterable[Any]", (user_or_users,) if alone else user_or_users)
    options = _options(arrives_at, local_at, expires_at, sender, key, is_banner=False)
    checked = content.check(
        title, body, category, topic, action_url=action_url, action_label=action_label
    )
    return sending.notify([_id(one) for one in people], checked, clock.now(), options).notification


def broadcast(
    title: str,
    body: str = "",
    *,
    channel: str = "everyone",
    category: str = "info",
    topic: str = "general",
    action_url: str | None = None,
    action_label: str | None = None,
    arrives_at: datetime | None = None,
    local_at: datetime | None = None,
    expires_at: datetime | None = None,
    is_banner: bool = False,
    sender: HasId | int | None = None,
    key: str | None = None,
) -> Notification:
    """Send a notification to a channel: one row, whatever the number of readers.

    Channels are ``everyone``, ``role:admin`` and ``group:`` with a group's name. It joins the
    caller's transaction: commit it. Moments are aware; a start in the past means now.
    ``local_at`` is a naive wall time: the notification arrives when the clocks in each reader's
    own zone show it (one row for each zone). With a ``key`` that was used before, the first
    notification is returned and nothing is sent.

    Raises:
        BadInput: with the ``field`` that is wrong; :class:`BadTime` for the times.
        NotFound: if there is no such group.
        Refused: if the key was used for something else.
    """
    options = _options(arrives_at, local_at, expires_at, sender, key, is_banner=is_banner)
    checked = content.check(
        title, body, category, topic, action_url=action_url, action_label=action_label
    )
    return sending.broadcast_counted(channel, checked, clock.now(), options).notification


def _options(
    arrives_at: datetime | None,
    local_at: datetime | None,
    expires_at: datetime | None,
    sender: HasId | int | None,
    key: str | None,
    *,
    is_banner: bool,
) -> SendOptions:
    return SendOptions(
        sender_id=None if sender is None else _id(sender),
        key=key,
        arrives_at=arrives_at,
        local_at=local_at,
        expires_at=expires_at,
        is_banner=is_banner,
    )


def _id(person: HasId | int) -> int:
    return person if isinstance(person, int) else person.id
