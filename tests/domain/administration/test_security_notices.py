"""Notifications to people about their own accounts: from the system, bounded, in their zone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from notifications_app.core.database import db
from notifications_app.domain.administration import security_notices as notices
from notifications_app.domain.administration import security_wording as wording
from notifications_app.domain.broadcasts import sending
from notifications_app.domain.inbox import mutes
from notifications_app.domain.inbox.models import Notification
from tests.support import inbox
from tests.support.moments import HOUR, NOON, NOW

BROWSER: dict[str, Any] = {"browser": "Firefox on Linux", "address": "203.0.113.7"}
Event = Callable[..., Any]


def factor(change: str) -> Event:
    def tell(user_id: int, **more: Any) -> None:
        notices.second_factor_changed(user_id, change, **more)

    return tell


#: The events that somebody causes: what is told about them, and in which category.
CAUSED: list[tuple[Event, str, str]] = [
    (notices.password_set, "An administrator changed your password", "warning"),
    (notices.reset_link_made, "A reset link was created for your account", "warning"),
    (
        lambda user_id, **more: notices.role_changed(user_id, is_admin=True, **more),
        "You are now an administrator",
        "warning",
    ),
    (
        lambda user_id, **more: notices.role_changed(user_id, is_admin=False, **more),
        "You are no longer an administrator",
        "warning",
    ),
    (notices.activated, "Your account is active again", "info"),
    (
        lambda user_id, **more: notices.sign_ins_ended(user_id, 2, **more),
        "An administrator signed you out",
        "warning",
    ),
    (factor("on"), "The second factor is on", "warning"),
    (factor("off"), "The second factor is off", "error"),
    (factor("reset"), "Your second factor was removed", "error"),
    (factor("codes-renewed"), "New recovery codes were created", "warning"),
    (factor("code-used"), "A recovery code was used to sign in", "warning"),
    (
        lambda user_id, **more: notices.token_created(user_id, "backup", **more),
        "An access token was created for your account",
        "warning",
    ),
    (
        lambda user_id, **more: notices.emails_changed([user_id], **more),
        "Your email address was changed",
        "warning",
    ),
]
#: The events that the person caused, or somebody in their name.
OWN: list[tuple[Event, str, str]] = [
    (notices.password_changed, "Your password was changed", "warning"),
    (
        lambda user_id, **more: notices.reset_link_used(user_id, address="203.0.113.7", **more),
        "Your password was changed with a reset link",
        "error",
    ),
    (
        lambda user_id, **more: notices.new_browser(user_id, **BROWSER, **more),
        "New sign-in: Firefox on Linux",
        "warning",
    ),
]


def told(user_id: int) -> list[Notification]:
    """The notifications of a person, newest first."""
    return [db.session.get_one(Notification, number) for number in inbox.ids(user_id, NOW + HOUR)]


@pytest.mark.parametrize(("event", "title", "category"), CAUSED)
def test_a_person_is_told_what_was_done_and_by_whom(
    in_app: Flask, ada: int, priya: int, bystander: int, event: Event, title: str, category: str
) -> None:
    event(priya, actor_id=ada, now=NOW)
    (one,) = told(priya)
    assert (one.title, one.category, one.topic, one.sender_id) == (
        title,
        category,
        "security",
        None,
    )
    if "recovery code was used" not in title:
        assert "by ada" in one.body
    assert inbox.ids(bystander, NOW) == inbox.ids(ada, NOW) == []


@pytest.mark.parametrize(("event", "title", "category"), OWN)
def test_a_person_is_told_what_was_done_in_their_name(
    in_app: Flask, priya: int, bystander: int, event: Event, title: str, category: str
) -> None:
    event(priya, now=NOW)
    (one,) = told(priya)
    assert (one.title, one.category, one.topic, one.sender_id) == (
        title,
        category,
        "security",
        None,
    )
    assert "Fri 20 Nov 2026, 18:30 IST" in one.body
    assert inbox.ids(bystander, NOW) == []


def test_an_actor_is_named_the_command_line_or_you(in_app: Flask, ada: int) -> None:
    notices.reset_link_made(ada, actor_id=None, now=NOW)
    notices.reset_link_made(ada, actor_id=ada, now=NOW)
    own, command = told(ada)
    assert own.body.startswith("Created by you on ")
    assert command.body.startswith("Created from the server’s command line on ")


def test_an_error_breaks_through_a_mute_and_a_warning_does_not(in_app: Flask, priya: int) -> None:
    mutes.mute(priya, notices.TOPIC)
    notices.password_changed(priya, now=NOW)
    notices.reset_link_used(priya, address="203.0.113.7", now=NOW)
    assert [one.category for one in told(priya)] == ["error"]


def test_many_new_browsers_in_an_hour_are_told_once_more_and_no_further(
    in_app: Flask, priya: int, bystander: int
) -> None:
    for last in range(100):
        address, now = f"203.0.113.{last}", NOON + timedelta(minutes=last * 1.2)
        notices.new_browser(priya, browser="Firefox", address=address, now=now)
    titles = [one.title for one in told(priya)]
    assert titles.count("New sign-in: Firefox") == 2 * notices.MOST_AN_HOUR  # of two hours
    assert titles.count("Many sign-ins from new browsers") == 2
    assert len(titles) == 2 * notices.MOST_AN_HOUR + 2
    assert notices.new_browser(bystander, **BROWSER, now=NOW)  # the bound is each person's own
    assert len(told(bystander)) == 1


def test_the_same_words_are_not_told_twice(in_app: Flask, ada: int, priya: int) -> None:
    for seconds in (0, 1, 59):
        now = NOW + timedelta(seconds=seconds) - HOUR
        notices.reset_link_made(priya, actor_id=ada, now=now)
    assert len(told(priya)) == 1
    notices.reset_link_made(priya, actor_id=ada, now=NOW - HOUR + timedelta(minutes=1))
    assert len(told(priya)) == 2


def test_whoever_finds_a_key_taken_takes_the_next_one(
    in_app: Flask, priya: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process may write the key after it was looked for."""
    first = sending.notify

    def overtaken(people: Any, content: Any, now: Any, options: Any) -> Any:
        monkeypatch.setattr(notices, "notify", first)
        notices.new_browser(priya, browser="Chrome", address="203.0.113.8", now=now)
        return first(people, content, now, options)

    monkeypatch.setattr(notices, "notify", overtaken)
    assert notices.new_browser(priya, **BROWSER, now=NOW)
    assert [one.title for one in told(priya)] == [
        "New sign-in: Firefox on Linux",
        "New sign-in: Chrome",
    ]


def test_an_address_of_many_people_is_told_by_one_notification(
    in_app: Flask, ada: int, priya: int, bystander: int
) -> None:
    notices.emails_changed([], actor_id=ada, now=NOW)
    notices.emails_changed([priya, bystander], actor_id=ada, now=NOW)
    assert inbox.how_many(Notification) == 1
    assert inbox.ids(priya, NOW) == inbox.ids(bystander, NOW)


def test_headers_put_no_markdown_and_no_placeholder_into_a_text(in_app: Flask, priya: int) -> None:
    odd = "[Fix](https://evil.example) {{name}} <b>*x*</b>\n# Firefox"
    notices.new_browser(priya, browser=odd, address=odd, now=NOW)
    notices.token_created(priya, odd, actor_id=None, now=NOW)
    token, sign_in = told(priya)
    assert sign_in.title == "New sign-in: Fix(httpsevil.example) name bxb Firefox"
    assert "Fixhttps:evil.examplenamebxbFirefox." in sign_in.body
    assert r"\[Fix\]\(https\:\/\/evil\.example\) \{\{name\}\} \<b\>\*x\*" in token.body
    assert wording.plain_browser("") == "Unknown browser"
    assert wording.plain_address("") == "an unknown address"


def test_an_unknown_change_of_the_second_factor_is_an_error(in_app: Flask, priya: int) -> None:
    with pytest.raises(ValueError, match="no change of a second factor: 'lost'"):
        notices.second_factor_changed(priya, "lost", actor_id=priya, now=NOW)
