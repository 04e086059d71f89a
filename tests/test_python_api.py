"""The calls for other code: ``notify`` and ``broadcast`` of the package."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask_login import current_user
from werkzeug.local import LocalProxy

import notifications_app
from notifications_app import broadcast, notify
from notifications_app.core.database import db
from notifications_app.core.errors import BadInput, NotFound, Refused
from notifications_app.domain.accounts.models import User
from notifications_app.domain.inbox import add_reader
from notifications_app.domain.inbox.models import Delivery, Notification, Release
from tests.support import inbox
from tests.support.moments import HOUR, NOW, at
from tests.support.people import sign_in


@pytest.fixture(autouse=True)
def call_time() -> Iterator[None]:
    with at(NOW):
        yield


def stored() -> tuple[int, ...]:
    return tuple(inbox.how_many(model) for model in (Notification, Release, Delivery))


def test_the_package_offers_three_things() -> None:
    assert set(notifications_app.__all__) == {"broadcast", "create_app", "notify"}


def test_one_person_by_id_by_model_or_by_anything_with_an_id(in_app: Flask, priya: int) -> None:
    user = db.session.get(User, priya)
    several: Any = (n for n in [priya])
    for person in (priya, user, SimpleNamespace(id=priya), [user], several):
        notify(person, "Hello")
    assert inbox.count(priya) == 5


def test_the_current_user_is_one_person(make_app: Callable[..., Flask], priya: int) -> None:
    app = make_app()

    @app.post("/try")
    def try_it() -> str:
        notify(current_user, "Hello")
        db.session.commit()
        return ""

    client = app.test_client()
    sign_in(client, "priya")
    assert client.post("/try").status_code == 200
    with app.app_context():
        assert inbox.count(priya) == 1


def test_a_proxy_of_a_list_is_several_people(in_app: Flask, priya: int, ada: int) -> None:
    people: Any = LocalProxy(lambda: [priya, ada])
    notify(people, "Hello")
    assert inbox.count(priya) == inbox.count(ada) == 1


def test_all_that_can_be_said_is_stored(in_app: Flask, priya: int, ada: int) -> None:
    notification = notify(
        [priya],
        " Title ",
        "Body",
        category="warning",
        topic="billing",
        action_url="/settings",
        action_label="Settings",
        arrives_at=NOW + HOUR,
        expires_at=NOW + 2 * HOUR,
        sender=db.session.get(User, ada),
        key="k",
    )
    assert (notification.title, notification.key) == ("Title", "k")
    assert inbox.ids(priya) == []
    row = inbox.one(priya, notification.id, NOW + HOUR)
    assert (row.title, row.body, row.category, row.topic) == ("Title", "Body", "warning", "billing")
    assert (row.action_url, row.action_label) == ("/settings", "Settings")
    assert (row.sender_username, row.expires_at) == ("ada", NOW + 2 * HOUR)


def test_a_broadcast_goes_to_its_channel(in_app: Flask, priya: int, ada: int) -> None:
    for_all = broadcast("All", is_banner=True, sender=ada)
    for_admins = broadcast("Admins", channel="role:admin")
    later = broadcast("Later", arrives_at=NOW + HOUR, expires_at=NOW + 2 * HOUR)
    assert inbox.ids(priya) == inbox.tops(priya) == [for_all.id]
    assert inbox.ids(ada) == [for_admins.id, for_all.id]
    assert inbox.ids(priya, NOW + HOUR) == [later.id, for_all.id]


def test_both_may_come_at_each_readers_own_time(in_app: Flask, priya: int) -> None:
    nine = datetime(2026, 11, 21, 9)
    with at(NOW):
        sent = [broadcast("Morning", local_at=nine), notify(priya, "Morning", local_at=nine)]
    in_kolkata = datetime(2026, 11, 21, 3, 30, tzinfo=UTC)
    assert inbox.ids(priya, in_kolkata - timedelta(seconds=1)) == []
    assert inbox.ids(priya, in_kolkata) == [one.id for one in sent[::-1]]


@pytest.mark.parametrize("call", ["notify", "broadcast"])
def test_both_join_the_callers_transaction(app: Flask, priya: int, call: str) -> None:
    def send() -> None:
        if call == "notify":
            notify(priya, "Hello")
        else:
            broadcast("Hello")

    with app.app_context():
        send()
        assert inbox.count(priya) == 1
        db.session.rollback()
        assert stored() == (0, 0, 0)
    with app.app_context():
        send()  # never committed
    with app.app_context():
        assert stored() == (0, 0, 0)
        db.session.add(User(username="new", password_hash=None, inbox_since=NOW, created_at=NOW))
        send()
        db.session.commit()
    with app.app_context():
        assert inbox.count(priya) == 1


def test_a_key_makes_both_repeatable(in_app: Flask, priya: int) -> None:
    assert notify(priya, "Hello", key="a").id == notify(priya, "Hello", key="a").id
    assert broadcast("Hello", key="b").id == broadcast("Hello", key="b").id
    with pytest.raises(Refused):
        broadcast("Hello", key="a")
    assert stored() == (2, 1, 1)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "t" * 141}, "title"),
        ({"body": "b" * 4001}, "body"),
        ({"category": "notice"}, "category"),
        ({"topic": "Two words"}, "topic"),
        ({"action_url": "javascript:alert(1)"}, "action_url"),
        ({"action_label": "Label alone"}, "action_label"),
        ({"expires_at": NOW}, "expires_at"),
        ({"key": ""}, "key"),
    ],
)
def test_what_is_wrong_is_refused_with_its_field(
    in_app: Flask, priya: int, said: dict[str, Any], field: str
) -> None:
    for send in (lambda **all_: notify(priya, **all_), broadcast):
        with pytest.raises(BadInput) as refused:
            send(**{"title": "Fine"} | said)
        assert refused.value.field == field
    assert stored() == (0, 0, 0)


def test_naive_moments_and_strangers_are_refused(in_app: Flask, priya: int) -> None:
    naive = datetime(2027, 1, 1) + timedelta(hours=1)
    for send in (
        lambda **all_: notify(priya, "Hello", **all_),
        lambda **all_: broadcast("H", **all_),
    ):
        for name in ("arrives_at", "expires_at"):
            with pytest.raises((TypeError, ValueError)):
                send(**{name: naive})
    with pytest.raises(NotFound):
        notify([priya, 12345], "Hello")
    with pytest.raises(BadInput):
        notify([], "Hello")
    assert stored() == (0, 0, 0)


def test_the_shell_has_them_ready(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    with app.app_context():
        names = app.make_shell_context()
    assert {"db", "notify", "broadcast", "User", "Notification", "Release", "Delivery"} <= set(
        names
    )


def test_the_audience_is_recorded_as_it_is_in_the_transaction(
    in_app: Flask, ada: int, priya: int, bystander: int
) -> None:
    """Counted beside other writers if there is no transaction yet, else within it."""
    assert not db.session().in_transaction()
    sent = [broadcast("Hello"), notify([ada, priya], "Hello")]
    add_reader.add_reader("new", password_hash=None, now=NOW)
    sent += [broadcast("Hello"), broadcast("Hello", channel="role:admin")]
    assert [one.audience for one in sent] == [3, 2, 4, 1]
    with pytest.raises(NotFound):
        broadcast("Hello", channel="group:none")
