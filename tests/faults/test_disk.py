"""A disk that is full, and has room again."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from notifications_app import broadcast, create_app
from notifications_app.core.database import db
from notifications_app.core.database_errors import FULL, database_fault
from notifications_app.domain.inbox.models import Notification, Release
from tests.support.app import migrate, settings
from tests.support.shared_app import close_connections


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("needs a user who may mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_loses_nothing_and_heals(small_disk: Path) -> None:
    app = create_app(settings(f"sqlite:///{small_disk / 'site.db'}"))
    migrate(app)
    sent = 0
    with app.app_context():
        fault = None
        while fault is None:
            try:
                broadcast(f"Message {sent}", "word " * 700, key=str(sent))
                db.session.commit()
                sent += 1
            except OperationalError as error:
                fault = database_fault(error)
        db.session.remove()
        assert fault is FULL
        assert count() == (sent, sent)
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    with app.app_context():
        broadcast("There is room", key="room")
        db.session.commit()
        assert count() == (sent + 1, sent + 1)
        assert db.session.execute(sa.text("PRAGMA integrity_check")).scalar_one() == "ok"
    close_connections(app)


def count() -> tuple[int, int]:
    """The number of notifications, and of releases."""
    found = [
        db.session.execute(sa.select(sa.func.count()).select_from(one)).scalar_one()
        for one in (Notification, Release)
    ]
    return found[0], found[1]
