"""Eight processes write without a pause: no error, no lost update, nobody waits for long."""

import statistics

import sqlalchemy as sa

from notifications_app import create_app
from notifications_app.core.database import db
from notifications_app.domain.accounts.models import User
from tests.faults.conftest import QUICK, SLACK, report, work
from tests.support.app import settings
from tests.support.people import add_user
from tests.support.shared_app import close_connections

SECONDS = 20 if QUICK else 120
PROCESSES = 8
#: Milliseconds.
P99 = 200 * SLACK


def test_nobody_starves_and_nothing_is_lost(url: str) -> None:
    app = create_app(settings(url))
    add_user(app, "ada", display_name="0")
    close_connections(app)
    workers = [work("rename", url, str(one), SECONDS) for one in range(PROCESSES)]
    said = [one.communicate()[0].split() for one in workers]
    assert [one.returncode for one in workers] == [0] * PROCESSES
    times = sorted(float(word) for words in said for word in words[1::2])
    with app.app_context():
        total = db.session.execute(sa.select(User.display_name)).scalar_one()
    close_connections(app)
    assert total == str(len(times))
    p99 = times[int(len(times) * 0.99)]
    report(
        f"{PROCESSES} writers, {SECONDS} s: {len(times) / SECONDS:.0f} writes a second,"
        f" median {statistics.median(times):.1f} ms, p99 {p99:.0f} ms, worst {times[-1]:.0f} ms"
    )
    assert p99 <= P99
