"""Everything that the database has acknowledged is there after ``kill -9``, and once."""

import random
import time

import sqlalchemy as sa

from notifications_app import broadcast, create_app
from notifications_app.core.database import db
from notifications_app.domain.inbox.models import Notification, Release
from tests.faults.conftest import QUICK, report, work
from tests.support.app import settings
from tests.support.shared_app import close_connections

KILLS = 5 if QUICK else 50
PROCESSES = 3


def test_nothing_acknowledged_is_lost_or_doubled(url: str) -> None:
    acknowledged: set[str] = set()
    for number in range(KILLS):
        workers = [work("send", url, f"{number}-{one}", 60) for one in range(PROCESSES)]
        for one in workers:
            assert one.stdout is not None
            acknowledged.add(one.stdout.readline().split()[0])
        time.sleep(random.random() * 0.3)
        for one in workers:
            one.kill()
        for one in workers:
            lines = one.communicate()[0].splitlines(keepends=True)
            acknowledged |= {line.split()[0] for line in lines if line.endswith("\n")}
    app = create_app(settings(url))
    with app.app_context():
        keys = list(db.session.scalars(sa.select(Notification.key)))
        assert len(keys) == len(set(keys))
        assert acknowledged <= set(keys)
        releases = db.session.execute(sa.select(sa.func.count()).select_from(Release)).scalar_one()
        assert releases == len(keys)
        for key in acknowledged:  # whoever does not know sends again
            broadcast(f"Message {key}", key=key)
        db.session.commit()
        count = sa.select(sa.func.count()).select_from(Notification)
        assert db.session.execute(count).scalar_one() == len(keys)
    close_connections(app)
    report(f"{KILLS} kills of {PROCESSES}: {len(acknowledged)} acknowledged, none lost or doubled")
