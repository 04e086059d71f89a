"""Zones whose rules change, and the arrivals of a broadcast in each of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
import pytz
import sqlalchemy as sa

from notifications_app.core.database import db
from notifications_app.domain.inbox.models import Release


@contextmanager
def rules(**changed: str) -> Iterator[None]:
    """Give zones of Europe the rules of others: ``Paris="Africa/Algiers"`` has no summer time."""
    real = pytz.timezone
    names = {f"Europe/{city}": zone for city, zone in changed.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pytz, "timezone", lambda name: real(names.get(name, name)))
        yield


def releases(number: int) -> dict[str, datetime]:
    """The arrival on each channel of a broadcast."""
    found = sa.select(Release.channel, Release.arrives_at).where(Release.notification_id == number)
    return dict(db.session.execute(found).tuples().all())
