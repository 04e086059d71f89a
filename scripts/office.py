"""The data for the picture of a broadcast: an office with people in many time zones."""

import random
from datetime import datetime, timedelta

from morning import NOW, PASSWORD

from notifications_app.core import clock
from notifications_app.core.database import db
from notifications_app.domain.accounts import passwords
from notifications_app.domain.accounts.models import Group
from notifications_app.domain.broadcasts.schedule import SendOptions
from notifications_app.domain.broadcasts.sending import send_to_channel
from notifications_app.domain.content import check
from notifications_app.domain.inbox import actions, add_reader, change_groups

#: The number of people in each time zone.
ZONES = {
    "Asia/Tokyo": 28, "Asia/Singapore": 35, "Asia/Kolkata": 44, "Asia/Dubai": 19,
    "Europe/Paris": 61, "America/New_York": 52, "Pacific/Auckland": 12,
}  # fmt: skip
NINE = datetime.fromisoformat("2026-11-20T09:00")
BODY = (
    "The **rota for January** is in the shared folder. Look through your own weeks, and say by"
    " Wednesday what does not suit you.\n\n* Nights are two in a row at most.\n* Swaps are between"
    " yourselves."
)


def open_office() -> int:
    """Create the people, and a broadcast that most of them have read; return its id."""
    then = NOW - timedelta(days=30)
    lena = add_reader.add_reader(
        "lena", password_hash=passwords.hash_password(PASSWORD), display_name="Lena Ström",
        timezone="Europe/Paris", is_admin=True, now=then,
    )  # fmt: skip
    db.session.add(Group(name="ops"))
    db.session.flush()
    homes = [zone for zone, count in ZONES.items() for _ in range(count)]
    people = [
        (add_reader.add_reader(f"p{number}", password_hash=None, timezone=zone, now=then).id, zone)
        for number, zone in enumerate(homes, 1)
    ]
    change_groups.join_group("ops", [user for user, _zone in people], then)
    sent_at = NOW - timedelta(hours=13)
    content = check("Good morning, {{display_name}}: the rota for January", BODY, "info", "rota")
    options = SendOptions(sender_id=lena.id, local_at=NINE, expires_in=timedelta(days=5))
    db.session.commit()  # another connection counts the audience
    sent = send_to_channel("group:ops", content, options, sent_at, actor_id=lena.id)
    notification_id = sent.notification.id
    _read(people, notification_id)
    db.session.commit()
    return notification_id


def _read(people: list[tuple[int, str]], number: int) -> None:
    """Let most people it has reached read the broadcast, mostly early; some dismiss it."""
    dice = random.Random(9)  # noqa: S311 - the same picture every time
    for user, zone in people:
        read_at = clock.first_moment(NINE, zone) + timedelta(minutes=dice.expovariate(1 / 70))
        if read_at < NOW:
            actions.act(user, "read", [number], read_at)
            if dice.random() < 0.3:
                actions.act(user, "dismiss", [number], read_at + timedelta(minutes=1))
