"""A broadcast in each state."""

from datetime import timedelta

import pytest
from flask import Flask

from notifications_app.core.database import db
from notifications_app.domain.broadcasts import recalling
from tests.support.broadcast_pages import broadcast
from tests.support.moments import NOW


@pytest.fixture
def one_of_each(app: Flask) -> dict[str, int]:
    """A broadcast in each state at LATER, the oldest first; and what is none."""
    numbers = {
        "live": broadcast(app, "Live one"),
        "scheduled": broadcast(app, "Scheduled one", arrives_at=NOW + timedelta(days=1)),
        "expired": broadcast(app, "Expired one", expires_in=timedelta(minutes=1)),
        "recalled": broadcast(app, "Recalled one"),
    }
    with app.app_context():
        recalling.recall(numbers["recalled"], NOW)
        db.session.commit()
    return numbers
