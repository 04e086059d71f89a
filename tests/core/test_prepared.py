"""Statements that are compiled once: their rows are those of SQLAlchemy's own execution."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from notifications_app.core.database import reading
from notifications_app.core.prepared import Prepared
from notifications_app.domain.accounts.memberships import GROUPS
from notifications_app.domain.accounts.models import User


def both(statement: Any, values: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """The rows of a prepared statement, and those of SQLAlchemy."""
    with reading() as connection:
        prepared = Prepared(statement).all(connection, values)
        return list(prepared), list(connection.execute(statement, values).all())


def test_rows_have_the_names_and_the_types_of_the_columns(
    in_app: Flask, ada: int, priya: int
) -> None:
    statement = sa.select(
        User.id, User.username, User.is_admin, User.admin_since, User.created_at, GROUPS
    ).order_by(User.id)
    mine, theirs = both(statement, {})
    assert [row._asdict() for row in mine] == [row._asdict() for row in theirs]
    assert (mine[0].username, mine[1].is_admin, mine[1].groups) == ("ada", False, ())
    assert mine[0].created_at.utcoffset().total_seconds() == 0


def test_a_parameter_may_stand_in_many_places_and_another_have_a_value(
    in_app: Flask, ada: int, priya: int
) -> None:
    named = sa.bindparam("name", type_=sa.String)
    statement = sa.select(User.username, named.label("asked")).where(
        (User.username == named) | (User.display_name == named), User.id > 0
    )
    mine, theirs = both(statement, {"name": "priya"})
    assert [tuple(row) for row in mine] == [tuple(row) for row in theirs] == [("priya", "priya")]
    with reading() as connection:
        assert Prepared(statement).first(connection, {"name": "nobody"}) is None


def test_an_error_is_one_of_sqlalchemy(in_app: Flask) -> None:
    broken = Prepared(sa.select(sa.literal_column("nothing", sa.Integer)))
    with reading() as connection, pytest.raises(sa.exc.DBAPIError):
        broken.all(connection, {})


def test_lists_of_values_are_refused(in_app: Flask) -> None:
    statement = Prepared(sa.select(User.id).where(User.id.in_(sa.bindparam("ids", expanding=True))))
    with reading() as connection, pytest.raises(ValueError, match="lists of values"):
        statement.all(connection, {"ids": [1]})
