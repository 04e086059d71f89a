"""``flask maintenance``: what retiming says, and that a dry run changes nothing."""

import json
from collections.abc import Callable
from datetime import datetime

from flask import Flask

from notifications_app.core.database import db
from tests.support import inbox
from tests.support.moments import NOW, at
from tests.support.shell import Said, stored
from tests.support.zones import releases, rules


def test_it_says_what_moves_and_a_dry_run_moves_nothing(
    app: Flask, shell: Callable[..., Said]
) -> None:
    with app.app_context():
        number = inbox.broadcast(title="Good morning", local_at=datetime(2027, 7, 1, 9))
        db.session.commit()
        before = releases(number)
    stand = stored(app)
    with at(NOW), rules(Paris="Africa/Algiers", Sofia="Africa/Algiers"):
        said = shell("maintenance", "retime", "--dry-run")
        assert said.out.splitlines() == [
            "ID  TITLE         LOCAL TIME             ZONES",
            "1   Good morning  Thu 1 Jul 2027, 09:00  Europe/Paris, Europe/Sofia",
            "Would retime 1 notification in 2 zones. Nothing was changed: this was a dry run.",
        ]
        dry = json.loads(shell("maintenance", "retime", "--dry-run", "--json").out)
        assert dry == {
            "notifications": [
                {
                    "id": number,
                    "title": "Good morning",
                    "local_at": "2027-07-01T09:00:00",
                    "zones": ["Europe/Paris", "Europe/Sofia"],
                }
            ],
            "dry_run": True,
        }
        assert stored(app) == stand
        said = shell("maintenance", "retime")
        assert said.out.splitlines()[-1] == "Retimed 1 notification in 2 zones."
        again = shell("maintenance", "retime")
        assert again.out == "Nothing to retime: every local notification arrives at its time.\n"
        done = json.loads(shell("maintenance", "retime", "--json").out)
        assert done == {"notifications": [], "dry_run": False}
    with app.app_context():
        after = releases(number)
    changed = {channel for channel in before if before[channel] != after[channel]}
    assert changed == {"everyone@Europe/Sofia", "everyone@Europe/Paris"}
