"""Temporary tables in which the lines of a file are compared with the accounts.

The lines are checked and written to a file before the database is first used, however slowly
the upload arrives, so that the writing transaction is short.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import IO, Any

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text, false, text
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from ...core.database import db
from ..accounts.models import EMAIL_MAX, NAME_MAX, USERNAME_MAX, search_text
from .csv_file import Person

BATCH = 2_000

_temporary: dict[str, Any] = {"prefixes": ["TEMPORARY"], "postgresql_on_commit": "DROP"}
_metadata = MetaData()
#: SQL that inserts a batch of JSON: a database parses it many times faster than a driver
#: inserts as many rows.
_STAGE = {
    "sqlite": (
        """
        INSERT INTO import_people (line, username, email, display_name, timezone, search_text)
        SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),
            json_extract(value, '$[2]'), json_extract(value, '$[3]'), json_extract(value, '$[4]'),
            json_extract(value, '$[6]')
        FROM json_each(:batch)
        """,
        """
        INSERT INTO import_groups (line, name)
        SELECT json_extract(person.value, '$[0]'), named.value
        FROM json_each(:batch) AS person, json_each(person.value, '$[5]') AS named
        """,
    ),
    "postgresql": (
        """
        INSERT INTO import_people (line, username, email, display_name, timezone, search_text)
        SELECT CAST(value ->> 0 AS integer), value ->> 1, value ->> 2, value ->> 3, value ->> 4,
            value ->> 6
        FROM json_array_elements(CAST(:batch AS json))
        """,
        """
        INSERT INTO import_groups (line, name)
        SELECT CAST(person.value ->> 0 AS integer), named.value
        FROM json_array_elements(CAST(:batch AS json)) AS person,
            json_array_elements_text(person.value -> 5) AS named
        """,
    ),
}
#: One row for each line; the columns after ``search_text`` are set by the comparison.
PEOPLE = Table(
    "import_people",
    _metadata,
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("username", String(USERNAME_MAX), nullable=False),
    Column("email", String(EMAIL_MAX)),
    Column("display_name", String(NAME_MAX)),
    Column("timezone", String(64)),
    Column("search_text", Text),
    Column("user_id", Integer),
    Column("is_new", Boolean, nullable=False, server_default=false()),
    Column("changes", Boolean, nullable=False, server_default=false()),
    Column("moves", Boolean, nullable=False, server_default=false()),
    Column("joins", Boolean, nullable=False, server_default=false()),
    Index("ix_import_people_username", "username"),
    Index("ix_import_people_email", "email"),
    Index("ix_import_people_user_id", "user_id"),
    **_temporary,
)
#: One row for each group that a line names.
GROUPS = Table(
    "import_groups",
    _metadata,
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("name", String(40), primary_key=True),
    **_temporary,
)


def write_batches(people: Iterable[Person], file: IO[str]) -> None:
    """Write checked lines into a file, one line of JSON for each batch."""
    rows = (
        [person.line, person.username, person.email, person.display_name, person.timezone,
         person.groups, search_text(person.username, person.display_name or "", person.email)]
        for person in people
    )  # fmt: skip
    while batch := list(islice(rows, BATCH)):
        file.write(json.dumps(batch) + "\n")


@contextmanager
def staged(file: IO[str]) -> Iterator[None]:
    """Context manager: load the batches into temporary tables; drop them at the end.

    ``file`` is the output of :func:`write_batches`.
    """
    for table in (PEOPLE, GROUPS):
        db.session.execute(CreateTable(table))
    for line in file:
        _stage(line)
    for index in sorted(PEOPLE.indexes, key=lambda index: str(index.name)):
        db.session.execute(CreateIndex(index))
    if db.engine.dialect.name == "postgresql":
        # Temporary tables are never analysed automatically; without it, plans are guesses.
        for statement in ("ANALYZE import_people", "ANALYZE import_groups"):
            db.session.execute(text(statement))
    yield
    for table in (GROUPS, PEOPLE):
        db.session.execute(DropTable(table))


def _stage(batch: str) -> None:
    for statement in _STAGE[db.engine.dialect.name]:
        db.session.execute(text(statement), {"batch": batch})
