"""A browser of a reader, and the domain beside it, at a moment shortly after :data:`NOW`."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from notifications_app.core.database import db
from tests.support.people import sign_in


@pytest.fixture
def done(app: Flask) -> Callable[..., Any]:
    """Run something of the domain and commit it."""

    def run(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with app.app_context():
            found = function(*args, **kwargs)
            db.session.commit()
            return found

    return run


@pytest.fixture
def browser(client: FlaskClient, priya: int) -> FlaskClient:
    """Priya's, signed in."""
    sign_in(client, "priya")
    return client
