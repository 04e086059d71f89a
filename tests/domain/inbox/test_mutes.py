"""Muting a topic: it no longer counts or shows, but stays; errors and banners break through."""

import pytest
from flask import Flask

from notifications_app.core.database import db
from notifications_app.core.errors import BadInput
from notifications_app.domain.inbox import mutes as muting
from notifications_app.domain.inbox import queries
from notifications_app.domain.inbox.models import Delivery
from tests.support import inbox
from tests.support.moments import HOUR, NOW, UNTIL


def mutes(user: int) -> list[str]:
    return queries.mutes(db.session.connection(), user)


def topics(user: int) -> list[str]:
    return queries.topics(db.session.connection(), inbox.reader(user), NOW, mutes(user))


def test_a_muted_topic_is_still_there_under_muted(
    in_app: Flask, priya: int, bystander: int
) -> None:
    delivered = inbox.notify(priya, bystander, topic="billing")
    on_air = inbox.broadcast(topic="billing")
    other = inbox.notify(priya, topic="bill")
    before = inbox.places(priya)
    assert muting.mute(priya, "billing") is True
    assert inbox.places(priya) == {
        "inbox": [other], "unread": [other], "snoozed": [], "dismissed": [],
        "muted": [on_air, delivered],
    }  # fmt: skip
    assert inbox.count(priya) == inbox.count(priya, tab="inbox") == 1
    assert inbox.count(priya, tab="muted") == 2
    assert inbox.ids(bystander) == [on_air, delivered]
    assert muting.mute(priya, "billing") is False
    assert muting.unmute(priya, "billing") is True
    assert muting.unmute(priya, "billing") is False
    assert inbox.places(priya) == before


def test_errors_and_banners_break_through(in_app: Flask, priya: int) -> None:
    muting.mute(priya, "billing")
    errors = [
        inbox.notify(priya, topic="billing", category="error"),
        inbox.broadcast(topic="billing", category="error"),
    ]
    banner = inbox.broadcast(topic="billing", is_banner=True)
    quiet = [
        send(topic="billing", category=category)
        for category in ("info", "success", "warning")
        for send in (inbox.broadcast, lambda **said: inbox.notify(priya, **said))
    ]
    assert inbox.ids(priya) == [banner, *reversed(errors)]
    assert inbox.count(priya) == 3
    assert inbox.tops(priya) == [banner]
    assert sorted(inbox.ids(priya, tab="muted")) == quiet


def test_what_is_muted_can_be_read_dismissed_snoozed_and_opened(in_app: Flask, priya: int) -> None:
    muting.mute(priya, "general")
    read, dismissed, snoozed = inbox.notify(priya), inbox.broadcast(), inbox.broadcast()
    for verb, number in (("read", read), ("dismiss", dismissed), ("snooze", snoozed)):
        assert inbox.one(priya, number) is not None
        assert inbox.act(priya, verb, [number]).count == 1
    assert inbox.places(priya) == {
        "inbox": [], "unread": [], "snoozed": [snoozed], "dismissed": [dismissed], "muted": [read]
    }  # fmt: skip
    assert sorted(inbox.ids(priya, UNTIL, "muted")) == [read, snoozed]
    assert inbox.count(priya, UNTIL) == 0


def test_all_of_the_inbox_leaves_what_is_muted(in_app: Flask, priya: int) -> None:
    muted = [inbox.notify(priya, topic="billing"), inbox.broadcast(topic="billing")]
    heard = [inbox.notify(priya), inbox.broadcast()]
    muting.mute(priya, "billing")
    assert inbox.act(priya, "dismiss", inbox.everything(priya)).count == 2
    assert sorted(inbox.ids(priya, tab="muted")) == muted
    assert inbox.act(priya, "read", inbox.everything(priya, "muted")).count == 2
    assert sorted(inbox.ids(priya, tab="dismissed")) == heard


def test_all_leaves_what_came_out_of_a_topic_that_was_muted_then(in_app: Flask, priya: int) -> None:
    for topic in ("bill", "billing", "lunch"):
        inbox.notify(priya, topic=topic)
        inbox.broadcast(topic=topic)
    error = inbox.notify(priya, topic="billing", category="error")
    muting.mute(priya, "billing")
    listed, muted = inbox.everything(priya), inbox.everything(priya, "muted")
    before = inbox.places(priya)
    muting.unmute(priya, "billing")
    muting.mute(priya, "lunch")
    # What has gone under Muted since is no more in the inbox, and what came from there was not.
    assert inbox.act(priya, "dismiss", muted).count == 0
    assert inbox.act(priya, "dismiss", listed).count == 3
    gone = inbox.ids(priya, tab="dismissed")
    assert error in gone
    assert set(gone) < set(before["inbox"])
    assert inbox.ids(priya) == before["muted"]
    assert inbox.how_many(Delivery) == 5  # four were sent; of what is on the air one is touched


def test_mutes_and_topics_are_named_in_order(in_app: Flask, priya: int, bystander: int) -> None:
    inbox.notify(priya, topic="met")
    gone = inbox.notify(priya, topic="dismissed")
    inbox.act(priya, "dismiss", [gone])
    inbox.broadcast(topic="aired")
    inbox.notify(bystander, topic="theirs")
    inbox.broadcast("role:admin", topic="for-admins")
    for topic in ("zoo", "alpha"):
        muting.mute(priya, topic)
    muting.mute(bystander, "noise")
    assert mutes(priya) == ["alpha", "zoo"]
    assert topics(priya) == ["aired", "alpha", "dismissed", "met", "zoo"]


def test_a_topic_that_is_to_come_is_not_told_before(in_app: Flask, priya: int) -> None:
    inbox.notify(priya, topic="surprise", arrives_at=NOW + HOUR)
    inbox.broadcast(topic="another", arrives_at=NOW + HOUR)
    assert topics(priya) == []


@pytest.mark.parametrize("topic", ["", "Two words", "UPPER", "-x", "x" * 200, "a\0b", "a--b"])
def test_what_is_no_topic_is_refused(in_app: Flask, priya: int, topic: str) -> None:
    for action in (muting.mute, muting.unmute):
        with pytest.raises(BadInput) as refusal:
            action(priya, topic)
        assert refusal.value.field == "topic"
    assert mutes(priya) == []
