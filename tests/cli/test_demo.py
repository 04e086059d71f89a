"""``flask demo``: two accounts and a few of everything."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core import clock
from notifications_app.core.database import db
from notifications_app.domain.accounts.models import User
from notifications_app.domain.inbox.models import Delivery, Notification, Release
from tests.support import inbox
from tests.support.moments import NOW, at
from tests.support.people import sign_in, user_count


def demo(app: Flask, *options: str) -> Any:
    return app.test_cli_runner().invoke(args=["demo", *options])


@pytest.fixture
def shown(app: Flask) -> dict[str, str]:
    """The usernames and passwords that the command prints."""
    with at(NOW):
        said = demo(app)
    assert said.exit_code == 0, said.output
    assert said.stdout.splitlines()[-1].startswith("Created two accounts")
    return dict(re.findall(r"username (\S+), password (\S+)", said.stdout))


def test_both_accounts_sign_in_with_what_it_printed(app: Flask, shown: dict[str, str]) -> None:
    assert list(shown) == ["ada", "priya"]
    assert len(set(shown.values())) == 2
    with at(NOW):
        for name, password in shown.items():
            client = app.test_client()
            assert sign_in(client, name, password).status_code == 303
            for address in ("/inbox", "/inbox?tab=unread", "/compare", "/settings"):
                assert client.get(address).status_code == 200
            counts = client.get("/inbox.json").json["counts"]
            assert set(counts) == set(inbox.TABS)
            assert "0" not in counts.values()


def test_there_is_a_few_of_everything(app: Flask, shown: dict[str, str]) -> None:
    with app.app_context():
        people = sa.select(User.username, User.id).order_by(User.username)
        ada, priya = (row.id for row in db.session.execute(people))
        for reader in (ada, priya):
            assert all(inbox.places(reader, NOW).values()), inbox.places(reader, NOW)
        assert len(inbox.tops(priya, NOW)) == 1
        assert set(inbox.ids(ada, NOW)) - set(inbox.ids(priya, NOW))
        categories = sa.select(Notification.category).distinct()
        assert len(db.session.execute(categories).all()) == 4
        scheduled = sa.select(sa.func.count()).where(Release.arrives_at > NOW)
        assert db.session.execute(scheduled).scalar_one() == 1
        zones = db.session.execute(sa.select(User.timezone).order_by(User.id)).scalars()
        assert all(clock.zone_name(zone) == zone for zone in zones)


def test_a_database_with_accounts_is_refused(app: Flask, priya: int) -> None:
    said = demo(app)
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr == "Error: The database already has accounts. Nothing was changed.\n"
    kept = demo(app, "--if-empty")
    assert kept.exit_code == 0
    assert kept.stdout == "The database already has accounts. Nothing was changed.\n"
    assert user_count(app) == 1
    with app.app_context():
        assert inbox.how_many(Delivery) == inbox.how_many(Notification) == 0


def test_if_empty_fills_an_empty_one(app: Flask) -> None:
    assert demo(app, "--if-empty").exit_code == 0
    assert user_count(app) == 2


def test_its_log_holds_no_password(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    said = demo(app)
    words = re.findall(r", password (\S+)", said.stdout)
    assert len(words) == 2
    assert not [word for word in words if word in caplog.text or word in said.stderr]
