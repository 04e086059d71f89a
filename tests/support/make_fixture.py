"""Write down a small database: ``python -m tests.support.make_fixture NAME URL``.

tests/fixtures/NAME.sql is then what later migrations are tried on. URL is that of an empty
database, SQLite or PostgreSQL. Every moment is fixed, so that the file changes only if the
tables do. A file of a release is never made anew: it is what that release left behind.
"""

import re
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from notifications_app import create_app
from notifications_app.core.database import ROOT, db
from notifications_app.domain import content
from notifications_app.domain.accounts.models import Group, GroupMember, SignIn
from notifications_app.domain.broadcasts import recalling
from notifications_app.domain.broadcasts import sending as broadcasts
from notifications_app.domain.broadcasts.schedule import SendOptions
from notifications_app.domain.inbox import actions, add_reader, change_role, undo
from notifications_app.domain.inbox.models import Mute
from tests.support.app import migrate, settings

FIXTURES = ROOT / "tests" / "fixtures"

START = datetime(2026, 11, 2, 8, 30, 0, 123456, tzinfo=UTC)
DAY = timedelta(days=1)
HASH = "scrypt:32768:8:1$fixture$" + "0" * 128


def populate() -> None:
    """A few of everything, in every table and every state."""
    ada, priya, noor = (
        add_reader.add_reader(name, password_hash=HASH, now=START, **account).id
        for name, account in (
            ("ada", {"is_admin": True, "timezone": "Europe/Paris", "email": "ada@example.org"}),
            ("priya", {"display_name": "Priya Rāman", "timezone": "Asia/Kolkata"}),
            ("noor", {}),
        )
    )
    said = content.check("Water’s off; “100 %” of it", "Line one\n\n*Line* two \\ 'three'", "error")
    linked = content.check("Look", "", "success", "billing", action_url="/inbox")
    later = START + DAY
    broadcasts.broadcast(
        "everyone", said, later, SendOptions(sender_id=ada, is_banner=True, key="k")
    )
    broadcasts.broadcast("role:admin", linked, later)
    recalled = broadcasts.broadcast("everyone", said, later).notification.id
    broadcasts.broadcast("everyone", linked, later, SendOptions(expires_at=later + DAY))
    broadcasts.broadcast("everyone", linked, later, SendOptions(arrives_at=later + 400 * DAY))
    for _ in range(3):
        broadcasts.notify([ada, priya], linked, later)
    recalling.recall(recalled, later + DAY / 2)
    actions.act(priya, "read", [1, 6], later + DAY)
    undone = actions.act(priya, "dismiss", [1, 6, 7], later + 2 * DAY).stamp
    undo.undo(priya, undone, later + 2 * DAY)
    actions.act(ada, "dismiss", [2, 8], later + 3 * DAY)
    change_role.grant_admin(noor, later + 4 * DAY)
    db.session.add(Group(id=1, name="ops"))
    db.session.flush()
    db.session.add(GroupMember(group_id=1, user_id=noor, since=later))
    db.session.add(Mute(user_id=priya, topic="billing"))
    db.session.add(
        SignIn(
            token_hash="f" * 64, user_id=priya, created_at=later, last_seen_at=later,
            expires_at=later + DAY, address="192.0.2.1", user_agent="Firefox",
        )
    )  # fmt: skip


def dump(url: str) -> str:
    """The database as plain SQL that a driver can run."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            return "\n".join(connection.iterdump()) + "\n"
    plain = url.replace("+psycopg", "")
    command = ["pg_dump", "--inserts", "--no-owner", "--no-privileges", "--no-comments", plain]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    unwanted = r"^(--.*|\\.*|SET .*|SELECT pg_catalog\.set_config.*)\n"
    text = re.sub(unwanted, "", text, flags=re.MULTILINE).strip()
    return re.sub(r";\n+", ";\n", text) + "\n"


def main(name: str, url: str) -> None:
    """Migrate, fill, write down."""
    app = create_app(settings(url))
    migrate(app)
    with app.app_context():
        populate()
        db.session.commit()
        db.engine.dispose()
    FIXTURES.joinpath(f"{name}.sql").write_text(dump(url), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
