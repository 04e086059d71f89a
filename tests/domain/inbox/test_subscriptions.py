"""The channels of a reader."""

import pytest
from flask import Flask

from notifications_app.core.database import db
from notifications_app.domain.accounts.models import Group
from notifications_app.domain.inbox import change_groups
from notifications_app.domain.inbox.subscriptions import subscriptions
from tests.support import inbox
from tests.support.moments import HOUR, NOW

LATER = NOW + HOUR

MUCH_LATER = LATER + HOUR

OPS = "group:ops"


@pytest.fixture(autouse=True)
def groups(in_app: Flask) -> None:
    db.session.add_all(Group(name=name) for name in ("ops", "night"))
    db.session.commit()


def test_the_channels_of_a_reader(priya: int, ada: int) -> None:
    change_groups.join_group("ops", [priya, ada], LATER)
    change_groups.join_group("night", [priya], MUCH_LATER)
    names = [channel.name for channel in subscriptions(inbox.reader(priya))]
    here = ["everyone", "group:night", "group:ops"]
    assert names == [*here, *(f"{name}@Asia/Kolkata" for name in here)]
    floors = {channel.name: channel.floor for channel in subscriptions(inbox.reader(ada))}
    assert floors[OPS] == floors["group:ops@UTC"] == LATER
    assert floors["role:admin"] == floors["everyone"] < NOW
