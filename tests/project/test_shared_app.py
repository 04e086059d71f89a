"""Nothing of one test reaches the next, though all have one application and one database."""

from collections.abc import Callable

import pytest
from flask import Flask

from notifications_app.core.database import db
from tests.support import inbox
from tests.support.app import on_postgresql


@on_postgresql
@pytest.mark.parametrize("size", [1, 9000])
def test_few_rows_and_many_are_gone_and_ids_begin_again(
    in_app: Flask, priya: int, empty: Callable[[], None], size: int
) -> None:
    inbox.act(priya, "dismiss", inbox.fill(priya, size))
    inbox.broadcast()
    db.session.commit()
    empty()
    counts = {table.name: inbox.how_many(table) for table in db.metadata.sorted_tables}
    assert len(counts) > 9
    assert counts == dict.fromkeys(counts, 0)
    assert inbox.broadcast() == 1
