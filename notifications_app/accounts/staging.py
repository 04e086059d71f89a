"""Where the lines of a file wait to be compared with the accounts: in temporary tables.

They are checked before the database is asked for anything, however slowly they come; so the
transaction that writes is a short one.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import IO, Any

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, insert, text
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from ..extensions import db
from .lines import Person
from .models import EMAIL_MAX, NAME_MAX, USERNAME_MAX

BATCH = 2_000

_temporary: dict[str, Any] = {"prefixes": ["TEMPORARY"], "postgresql_on_commit": "DROP"}
_metadata = MetaData()
#: A line each; what follows ``timezone`` is found out by comparing.
PEOPLE = Table(
    "import_people",
    _metadata,
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("username", String(USERNAME_MAX), nullable=False),
    Column("email", String(EMAIL_MAX)),
    Column("display_name", String(NAME_MAX)),
    Column("timezone", String(64)),
    Column("user_id", Integer),
    Column("is_new", Boolean, nullable=False, default=False),
    Column("changes", Boolean, nullable=False, default=False),
    Column("moves", Boolean, nullable=False, default=False),
    Column("joins", Boolean, nullable=False, default=False),
    Index("ix_import_people_username", "username"),
    Index("ix_import_people_email", "email"),
    Index("ix_import_people_user_id", "user_id"),
    **_temporary,
)
#: A line and a group it names.
GROUPS = Table(
    "import_groups",
    _metadata,
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("name", String(40), primary_key=True),
    **_temporary,
)


def keep(people: Iterable[Person], file: IO[str]) -> None:
    """Write checked lines into a file, a line of JSON for each batch."""
    rows = ([one.line, one.username, one.email, one.display_name, one.timezone, one.groups]
            for one in people)  # fmt: skip
    while batch := list(islice(rows, BATCH)):
        file.write(json.dumps(batch) + "\n")


@contextmanager
def staged(file: IO[str]) -> Iterator[None]:
    """Within it, what :func:`keep` wrote stands in the tables. They go with the transaction."""
    for one in (PEOPLE, GROUPS):
        db.session.execute(CreateTable(one))
    for line in file:
        _stage(json.loads(line))
    for index in sorted(PEOPLE.indexes, key=lambda index: str(index.name)):
        db.session.execute(CreateIndex(index))
    if db.engine.dialect.name == "postgresql":
        # Nobody else does: it plans with guesses otherwise.
        for statement in ("ANALYZE import_people", "ANALYZE import_groups"):
            db.session.execute(text(statement))
    yield
    for one in (GROUPS, PEOPLE):
        db.session.execute(DropTable(one))


def _stage(batch: list[list[Any]]) -> None:
    names = ("line", "username", "email", "display_name", "timezone")
    people = [dict(zip(names, row, strict=False)) for row in batch]
    db.session.execute(insert(PEOPLE), people)
    groups = [{"line": row[0], "name": name} for row in batch for name in row[5]]
    if groups:
        db.session.execute(insert(GROUPS), groups)
