"""The time at which commands are typed."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.support.moments import NOW, at


@pytest.fixture
def typing_time(app: Flask, ada: int, priya: int) -> Iterator[None]:
    """Ada and Priya are there, and it is NOW."""
    with at(NOW):
        yield
