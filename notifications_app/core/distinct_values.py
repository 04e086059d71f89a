"""The different values of an indexed column, however many rows there are."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Select, func, select


@cache
def _statement(column: Column[Any]) -> Select[Any]:
    """Build a SELECT that jumps in the index from each value to the next.

    Neither database does so for DISTINCT: it reads every row.
    """
    found = select(func.min(column).label("value")).cte("found", recursive=True)
    following = select(func.min(column)).where(column > found.c.value).scalar_subquery()
    found = found.union_all(select(following).where(found.c.value.is_not(None)))
    return select(found.c.value).where(found.c.value.is_not(None))


def distinct_values(connection: Connection, column: Column[Any]) -> Sequence[Any]:
    """Return the different values of a column that an index begins with, without NULL."""
    return connection.execute(_statement(column)).scalars().all()
