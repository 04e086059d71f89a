"""Browsers of people on the pages of accounts."""

import pytest
from flask.testing import FlaskClient

from tests.support.moments import NOON, at
from tests.support.people import sign_in


@pytest.fixture
def reader(client: FlaskClient, priya: int, bystander: int) -> FlaskClient:
    """Priya's browser; Noor's account must not move."""
    sign_in(client, "priya")
    client.get("/inbox")  # takes the flash of the sign-in
    return client


@pytest.fixture
def admin(client: FlaskClient, ada: int, priya: int) -> FlaskClient:
    """Ada's browser, just signed in."""
    with at(NOON):
        sign_in(client, "ada")
        client.get("/inbox")  # takes the flash of the sign-in
    return client
