"""``flask demo``: two accounts with notifications of every kind, to try the application."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import click
from sqlalchemy import Row

from ..core import clock
from ..core.database import db, reading
from ..core.errors import Refused
from ..domain.accounts import passwords, queries
from ..domain.accounts.models import User
from ..domain.broadcasts.schedule import SendOptions
from ..domain.broadcasts.sending import broadcast_counted, notify
from ..domain.channels import ADMINS, EVERYONE
from ..domain.content import Content, check
from ..domain.inbox import actions, add_reader, mutes, snooze_times
from ..domain.inbox import queries as inbox
from ..domain.inbox.subscriptions import load_subscriber
from . import output
from .help import typed

PEOPLE = (("ada", "Ada Moreau", "Europe/Paris", True), ("priya", "Priya Raman", "UTC", False))

WELCOME = """Notifications stay until **you** dismiss them, on every device, even after signing out.

See [how they differ from flash messages](/compare).
"""
CARD = """The card ending in `4242` pays for your **Team** plan. Payments will fail after the 30th.

To keep the plan:

- [ ] add another card, or renew this one with your bank;
- [ ] select it as the card for *invoices*;
- [ ] check that its billing address matches your account.

If you pay by script, update the card there too:

```
curl -X PATCH https://pay.example/v1/plan \\
     -d card=card_7Hq2
```
"""
EXPORT = "18,204 rows, 6.1 MB. Download it within seven days."
MENTION = "“Can you confirm the banner text before noon?”"
LISBON = "Firefox on Linux. If this wasn’t you, sign it out in Settings and change your password."
INVOICE = (
    "Your bank declined the card ending in 4242. Update your payment method before the 24th"
    " to keep your plan."
)
SUNDAY = "You can read as usual; messages sent meanwhile are delivered afterwards."


@dataclass(frozen=True)
class Example:
    """A notification of the demo; ``ago`` is its age."""

    ago: timedelta
    title: str
    body: str
    category: str
    topic: str
    url: str | None = None
    label: str | None = None

    @property
    def content(self) -> Content:
        """The content of the notification, checked."""
        return check(
            self.title,
            self.body,
            self.category,
            self.topic,
            action_url=self.url,
            action_label=self.label,
        )


PERSONAL = (
    Example(timedelta(days=4, hours=3), "Your profile was updated",
            "Your display name was changed.", "success", "account", "/settings", "Open settings"),
    Example(timedelta(days=4, hours=2), "Your card expires on the 30th", CARD,
            "warning", "billing", "https://pay.example/cards", "Update the card"),
    Example(timedelta(days=1, hours=5), "Export finished: customers.csv is ready", EXPORT,
            "success", "exports"),
    Example(timedelta(hours=2), "Mara Lind mentioned you in “Q4 launch checklist”", MENTION,
            "info", "mentions"),
    Example(timedelta(minutes=41), "New sign-in from Lisbon, Portugal", LISBON,
            "warning", "security", "/settings", "Open settings"),
    Example(timedelta(minutes=12), "Payment for invoice #1042 failed", INVOICE,
            "error", "billing", "https://pay.example/invoices/1042", "Open the invoice"),
)  # fmt: skip


@output.command("demo", epilog=output.example("flask demo"))
@click.option("--if-empty", is_flag=True, help="Do nothing if the database has accounts.")
def demo(if_empty: bool) -> None:
    """Create two accounts with notifications of every kind.

    Their passwords are generated, and printed once. A database that has accounts is refused.
    """
    with reading() as connection:
        empty = queries.is_empty(connection)
    if not empty:
        if if_empty:
            output.print_line("The database already has accounts. Nothing was changed.")
            return
        raise Refused("The database already has accounts. Nothing was changed.")
    words = [secrets.token_urlsafe(9) for _person in PEOPLE]
    hashes = [passwords.hash_password(word) for word in words]
    now = clock.now()
    ada, priya = (
        add_reader.add_reader(
            name, password_hash=hashed, display_name=display, timezone=zone, is_admin=admin,
            now=now - timedelta(days=9),
        )
        for (name, display, zone, admin), hashed in zip(PEOPLE, hashes, strict=True)
    )  # fmt: skip
    _broadcasts(ada, now)
    for user in (priya, ada):
        _to(user, now)
        _act(user, now)
    db.session.commit()
    for (name, display, _zone, admin), word in zip(PEOPLE, words, strict=True):
        role = "administrator" if admin else "reader"
        output.print_line(f"{display} ({role}): username {name}, password {word}")
    output.print_line(
        "Created two accounts with notifications of every kind. Save these passwords: they’re shown"
        f" once (reset: {typed('users set-password NAME')})."
    )


def _broadcasts(ada: User, now: datetime) -> None:
    from_ada = SendOptions(sender_id=ada.id)
    welcome = check("Welcome to the notification centre", WELCOME)
    broadcast_counted(EVERYONE, welcome, now - timedelta(days=8), from_ada)
    sunday = check("Maintenance on Sunday, 02:00–03:30 UTC", SUNDAY, "warning", "maintenance")
    in_weeks = replace(from_ada, is_banner=True, expires_at=now + timedelta(days=20))
    broadcast_counted(EVERYONE, sunday, now - timedelta(days=1, hours=2), in_weeks)
    backup = check("The nightly backup took 4 minutes", "", "success", "operations")
    broadcast_counted(ADMINS, backup, now - timedelta(hours=9))
    hours = check("The new year’s opening hours", "See the notice board for details.")
    broadcast_counted(EVERYONE, hours, now, replace(from_ada, arrives_at=now + timedelta(days=3)))


def _to(user: User, now: datetime) -> None:
    for example in PERSONAL:
        notify([user.id], example.content, now - example.ago)


def _act(user: User, now: datetime) -> None:
    """Read the older notifications, dismiss one, snooze one, and mute a topic."""
    connection = db.session.connection()
    rows = inbox.rows(connection, load_subscriber(connection, user.id), now)
    tomorrow = snooze_times.until("tomorrow", "", user.timezone, now)
    actions.act(user.id, "read", [row.id for row in rows[3:]], now)
    actions.act(user.id, "dismiss", _on("account", rows), now)
    actions.act(user.id, "snooze", _on("mentions", rows), now, until=tomorrow)
    mutes.mute(user.id, "exports")


def _on(topic: str, rows: Iterable[Row[Any]]) -> list[int]:
    return [row.id for row in rows if row.topic == topic]
