"""A shell to type the sending commands in."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.moments import NOON, at
from tests.support.people import sign_in


@pytest.fixture
def admin(app: Flask, client: FlaskClient, ada: int, priya: int, bystander: int) -> FlaskClient:
    """Ada's browser; Priya is in Kolkata, Noor in UTC."""
    with at(NOON):
        sign_in(client, "ada")
        client.get("/inbox")  # takes the flash of the sign-in
    return client
