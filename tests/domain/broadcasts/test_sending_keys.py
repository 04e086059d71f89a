"""A key makes a sending repeatable: the same once, anything else refused."""

from typing import Any

import pytest
from flask import Flask

from notifications_app.core.errors import BadInput, Refused
from notifications_app.domain.broadcasts import sending
from notifications_app.domain.broadcasts.schedule import SendOptions
from notifications_app.domain.inbox.models import Delivery, Notification, Release
from tests.support import inbox
from tests.support.moments import NOW

SENT = (Notification, Release, Delivery)


def stored() -> tuple[int, ...]:
    return tuple(inbox.how_many(model) for model in SENT)


def send(kind: str, user: int, title: str = "Same", **options: Any) -> sending.Sent:
    options = {"key": "k", **options}
    if kind == "named":
        return sending.notify([user], inbox.said(title), NOW, SendOptions(**options))
    return sending.broadcast(kind, inbox.said(title), NOW, SendOptions(**options))


@pytest.mark.parametrize("kind", ["named", "everyone", "role:admin"])
def test_a_key_used_before_returns_the_first(in_app: Flask, priya: int, kind: str) -> None:
    first, again = send(kind, priya), send(kind, priya)
    assert (first.is_new, again.is_new) == (True, False)
    assert first.notification.id == again.notification.id
    assert sum(stored()) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("named", "everyone"),
        ("everyone", "named"),
        ("everyone", "role:admin"),
        ("role:admin", "everyone"),
    ],
)
def test_a_key_used_for_others_is_refused(
    in_app: Flask, priya: int, first: str, second: str
) -> None:
    send(first, priya)
    with pytest.raises(Refused, match="was already used for notification 1") as refused:
        send(second, priya)
    assert refused.value.field == "key"
    assert sum(stored()) == 2


def test_a_key_used_for_other_people_is_refused(in_app: Flask, priya: int, ada: int) -> None:
    content, key = inbox.said(), SendOptions(key="k")
    sending.notify([priya, ada], content, NOW, key)
    assert not sending.notify([ada, priya], content, NOW, key).is_new
    for people in ([priya], [ada], [priya, ada, ada + 1000]):
        with pytest.raises(Refused):
            sending.notify(people, content, NOW, key)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"body": "Other"},
        {"category": "error"},
        {"topic": "other"},
        {"action_url": "/other", "action_label": "Same"},
        {"action_url": "/same", "action_label": "Other"},
    ],
)
def test_a_key_used_for_other_content_is_refused(in_app: Flask, change: dict[str, str]) -> None:
    same = {"title": "Same", "action_url": "/same", "action_label": "Same"}
    sending.broadcast("everyone", inbox.said(**same), NOW, SendOptions(key="k"))
    with pytest.raises(Refused, match="with other content"):
        sending.broadcast("everyone", inbox.said(**same | change), NOW, SendOptions(key="k"))
    with pytest.raises(Refused):
        sending.broadcast("everyone", inbox.said(**same), NOW, SendOptions(key="k", is_banner=True))
    assert stored() == (1, 1, 0)


def test_without_a_key_each_is_new(in_app: Flask, priya: int) -> None:
    assert send("everyone", priya, key=None).is_new
    assert send("everyone", priya, key=None).is_new


@pytest.mark.parametrize("key", ["", " ", "k" * 201, "two\nlines", "\x1b[2J"])
def test_a_key_is_one_short_line(in_app: Flask, priya: int, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        send("everyone", priya, key=key)
    assert refused.value.field == "key"
