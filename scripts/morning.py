"""The data for the pictures: a morning in Priya's inbox."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from notifications_app.cli.demo import CARD, EXPORT, INVOICE, LISBON, MENTION, SUNDAY
from notifications_app.core.database import db
from notifications_app.domain.accounts import actions as accounts
from notifications_app.domain.accounts import passwords, queries
from notifications_app.domain.broadcasts.schedule import SendOptions
from notifications_app.domain.broadcasts.sending import broadcast, notify
from notifications_app.domain.channels import EVERYONE
from notifications_app.domain.content import Content, check
from notifications_app.domain.inbox import actions, add_reader

#: The moment of the pictures: 11:42 in Kolkata.
NOW = datetime(2026, 11, 20, 6, 12, tzinfo=UTC)
PASSWORD = "eleven forty-two in Kolkata"  # noqa: S105 - for a database that is deleted
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
#: Other sign-ins of Priya: address, age, time since last use, browser.
ELSEWHERE = (
    ("198.51.100.7", timedelta(days=2, hours=3), timedelta(hours=2), PHONE),
    ("192.0.2.88", timedelta(minutes=42), timedelta(minutes=41), WINDOWS),
)


def morning() -> Iterator[tuple[timedelta, Content]]:
    """Yield the notifications sent to Priya, each with its age at the time of the pictures."""
    yield (
        timedelta(days=3, hours=3),
        check("Your profile was updated", "The display name was changed.", "success", "account"),
    )
    yield timedelta(days=3, hours=2, minutes=42), check(
        "Your card expires on 30 November", CARD, "warning", "billing",
        action_url="https://pay.example/cards", action_label="Update the card",
    )  # fmt: skip
    yield (
        timedelta(hours=17, minutes=22),
        check("Export finished: customers-2026-11.csv is ready", EXPORT, "success", "exports"),
    )
    yield (
        timedelta(hours=2),
        check("Mara Lind mentioned you in “Q4 launch checklist”", MENTION, "info", "mentions"),
    )
    yield (
        timedelta(minutes=41),
        check("New sign-in from Lisbon, Portugal", LISBON, "warning", "security"),
    )
    yield (
        timedelta(minutes=12),
        check("Payment for invoice #1042 failed", INVOICE, "error", "billing"),
    )
    yield timedelta(days=2), check("Weekly summary", "", "info", "reports")


def fill() -> int:
    """Create people, sign-ins and notifications; return the id of the one with its own picture."""
    hashed = passwords.hash_password(PASSWORD)
    then = NOW - timedelta(days=9)
    ada = add_reader.add_reader(
        "ada", password_hash=None, display_name="Ada", is_admin=True, now=then
    )
    add_reader.add_reader(
        "jonas", password_hash=None, display_name="Jonas", is_admin=True, now=then
    )
    priya = add_reader.add_reader(
        "priya", password_hash=hashed, display_name="Priya", email="priya@example.org",
        timezone="Asia/Kolkata", now=then,
    )  # fmt: skip
    from_ada = SendOptions(sender_id=ada.id)
    sent = {
        content.title: _send(priya.id, content, NOW - ago, from_ada) for ago, content in morning()
    }
    sunday = check("Maintenance on Sunday, 02:00–03:30 IST", SUNDAY, "warning", "maintenance")
    banner = SendOptions(sender_id=ada.id, is_banner=True)
    broadcast(EVERYONE, sunday, NOW - timedelta(hours=26, minutes=40), banner)
    card = sent["Your card expires on 30 November"]
    done = [card, sent["Your profile was updated"]]
    done.append(sent["Export finished: customers-2026-11.csv is ready"])
    actions.act(priya.id, "read", done, NOW - timedelta(hours=3))
    for address, began, seen, agent in ELSEWHERE:
        accounts.sign_in(_row(), address=address, user_agent=agent, keep=True, now=NOW - began)
        db.session.execute(
            db.text("UPDATE sign_ins SET last_seen_at = :seen WHERE address = :address"),
            {"seen": (NOW - seen).strftime("%Y-%m-%d %H:%M:%S.%f"), "address": address},
        )
    db.session.commit()
    return card


def _send(to: int, content: Content, at: datetime, options: SendOptions) -> int:
    return int(notify([to], content, at, options).notification.id)


def _row() -> Any:
    return queries.credentials(db.session.connection(), "priya")
