"""Staged imports: imported once, and compared with the accounts again."""

import io

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import db
from notifications_app.core.errors import Refused
from notifications_app.domain.accounts.models import User
from notifications_app.domain.people_import import staging
from tests.support.moments import NOW

FILE = b"username,groups\nzoe,ops\nmax,\n"


def stage(user_id: int) -> int:
    _report, import_id = staging.stage(io.BytesIO(FILE), NOW, user_id=user_id, most_errors=5)
    assert import_id is not None
    return import_id


def names() -> list[str]:
    return list(db.session.execute(sa.select(User.username).order_by(User.id)).scalars())


def test_a_second_import_that_was_begun_before_the_first_ended_is_refused(
    in_app: Flask, ada: int
) -> None:
    import_id = stage(ada)
    done = staging.import_staged(import_id, NOW, user_id=ada, most_errors=5)
    assert done.is_as_previewed
    assert names() == ["ada", "zoe", "max"]
    with pytest.raises(Refused, match="imported already"):
        staging.import_staged(import_id, NOW, user_id=ada, most_errors=5)


def test_the_preview_leaves_nothing_behind_but_the_checked_lines(in_app: Flask, ada: int) -> None:
    stage(ada)
    assert names() == ["ada"]
    db.session.commit()
    found = sa.inspect(db.session.connection()).get_temp_table_names()
    assert not [name for name in found if name.startswith("import_")]
