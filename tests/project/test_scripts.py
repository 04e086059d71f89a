"""The scripts that take screenshots still find the functions that they fill a database with."""

import importlib

import pytest
import time_machine
from flask import Flask

from notifications_app.core import clock
from notifications_app.core.database import ROOT, reading
from notifications_app.domain.broadcasts.stats import compute_stats
from notifications_app.domain.inbox import queries
from notifications_app.domain.inbox.subscriptions import load_subscriber


def test_the_screenshots_have_their_people_and_notifications(
    in_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    morning, office = importlib.import_module("morning"), importlib.import_module("office")
    monkeypatch.setattr(
        office, "ZONES", {"Asia/Tokyo": 12, "Europe/Paris": 2}
    )  # fewer, to be quick
    with time_machine.travel(morning.NOW, tick=False):
        card, rota = morning.fill(), office.open_office()
        with reading() as connection:
            stats = compute_stats(connection, rota, clock.now())
            priya = queries.one(connection, load_subscriber(connection, 3), card, clock.now())
    assert stats.audience_at_sending == sum(office.ZONES.values())
    assert 0 < stats.dismissed < stats.read < stats.audience
    assert priya is not None
    assert priya.title == "Your card expires on 30 November"
