"""Back up and restore a PostgreSQL database, by ``pg_dump`` and ``pg_restore``."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, MetaData, func, inspect, literal_column, select, table, text
from sqlalchemy.engine import Connection

from . import backup_file
from .database_errors import reason
from .errors import Refused
from .schema_version import MIGRATING

HEADER = b"PGDMP"
LOOK_EVERY = 0.1
#: What a connection may say that nobody else may read.
_SECRETS = ("password", "sslpassword")
#: How long a backup waits for a migration.
_PATIENCE = "60s"

_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def write(engine: Engine, draft: Path, look: Callable[[int], None]) -> None:
    """Write the database into an empty file: one snapshot, while others go on writing.

    ``look`` is called with the number of bytes so far, ten times a second.

    Raises:
        Refused: if pg_dump is missing, too old, or fails.
    """
    program = _program("pg_dump")
    _refuse_older(program, engine)
    words = (
        *(program, "--format=custom", f"--file={draft}", "--no-password"),
        *(f"--lock-wait-timeout={_PATIENCE}", f"--dbname={_address(engine.url)}"),
    )
    _run(words, engine.url, draft, lambda: look(draft.stat().st_size))


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Refused(f"{name} is not installed. Install the client programs of PostgreSQL.")
    return found


def _refuse_older(program: str, engine: Engine) -> None:
    """Refuse a program older than the server: it cannot read it."""
    ours = _major(program)
    with engine.connect() as connection:
        server = connection.dialect.server_version_info
    if ours is not None and server and ours < server[0]:
        name = Path(program).name
        raise Refused(
            f"{name} {ours} is older than the server, PostgreSQL {server[0]}. Install the client"
            f" programs of PostgreSQL {server[0]}."
        )


def _major(program: str) -> int | None:
    words = [program, "--version"]
    said = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"\) (\d+)", said.stdout)
    return int(found[1]) if found else None


def _parameters(url: URL) -> dict[str, Any]:
    _none, options = url.get_dialect()().create_connect_args(url)
    return {name: value for name, value in options.items() if value is not None}


def _address(url: URL) -> str:
    """Return what libpq connects to, without a password: other users see the words of a command."""
    from psycopg.conninfo import make_conninfo

    told = {name: one for name, one in _parameters(url).items() if name not in _SECRETS}
    return make_conninfo(**{"connect_timeout": 10, **told})


def _environment(url: URL) -> dict[str, str]:
    password = _parameters(url).get("password")
    return os.environ | {"LC_ALL": "C"} | ({"PGPASSWORD": str(password)} if password else {})


def _run(words: tuple[str, ...], url: URL, file: Path, look: Callable[[], None]) -> str:
    """Run a program to its end and return what it prints; stop it at Ctrl+C."""
    process = subprocess.Popen(  # noqa: S603 - found on PATH by its own name
        words, env=_environment(url), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL, text=True, errors="replace",
    )  # fmt: skip
    try:
        said, complaint = _ended(process, look)
    except BaseException:
        process.terminate()
        process.communicate()
        raise
    if process.returncode != 0:
        if "No space left" in complaint:
            raise Refused(backup_file.full(file))
        raise Refused(f"{Path(words[0]).name} failed: {_first_error(complaint, url)}.")
    return said


def _ended(process: "subprocess.Popen[str]", look: Callable[[], None]) -> tuple[str, str]:
    while True:
        try:
            return process.communicate(timeout=LOOK_EVERY)
        except subprocess.TimeoutExpired:
            look()


def _first_error(complaint: str, url: URL) -> str:
    lines = [line for line in complaint.splitlines() if "error: " in line]
    first = lines[0].partition("error: ")[2] if lines else complaint.strip() or "no reason given"
    return reason(RuntimeError(first), url)


def tables_and_version(source: Path, url: URL) -> tuple[set[str], set[str]]:
    """Return the names of the tables in a backup, and its version. The whole file is read.

    Raises:
        Refused: if the file is damaged, or pg_restore is missing or too old for it.
    """
    program = _program("pg_restore")
    try:
        contents = _run((program, "--list", str(source)), url, source, _nothing)
        _run((program, f"--file={os.devnull}", str(source)), url, source, _nothing)
        only = ("--data-only", "--table=alembic_version", "--file=-", str(source))
        rows = _run((program, *only), url, source, _nothing)
    except Refused as refused:
        raise Refused(f"{source} is not complete or damaged: {refused}") from None
    tables = set(re.findall(r"^\d+; \d+ \d+ TABLE \S+ (\S+) \S+$", contents, re.MULTILINE))
    copied = re.search(r"^COPY [^\n]*;\n(.*?)^\\\.$", rows, re.DOTALL | re.MULTILINE)
    return tables, set(copied[1].split()) if copied else set()


def _nothing() -> None:
    """Show no progress."""


@contextmanager
def alone_with(engine: Engine) -> Iterator[Connection]:
    """Keep migrations out of a database that nobody else is connected to.

    Raises:
        Refused: if somebody is.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if others := connection.execute(_OTHERS).scalar_one():
            word = "another connection" if others == 1 else f"{others} other connections"
            raise Refused(
                f"The database is in use, by {word}. Stop the server and other commands first."
            )
        if not connection.execute(select(func.pg_try_advisory_lock(MIGRATING))).scalar_one():
            raise Refused("The database is being migrated. Try again afterwards.")
        try:
            yield connection
        finally:
            connection.execute(select(func.pg_advisory_unlock(MIGRATING)))


def tables_with_rows(connection: Connection, ignored: set[str]) -> set[str]:
    """Return the names of the tables that have rows."""
    return {
        name
        for name in inspect(connection).get_table_names()
        if name not in ignored
        and connection.execute(
            select(literal_column("1")).select_from(table(name)).limit(1)
        ).first()
    }


def drop_tables(connection: Connection) -> bool:
    """Drop every table, each of them empty; return whether there was one."""
    found = MetaData()
    found.reflect(connection)
    found.drop_all(connection)
    return bool(found.tables)


def restore(engine: Engine, source: Path) -> None:
    """Restore a backup into a database without tables, in one transaction.

    Raises:
        Refused: if pg_restore fails. Nothing was restored then.
    """
    program = _program("pg_restore")
    words = (
        *(program, "--single-transaction", "--exit-on-error", "--no-password"),
        *("--no-owner", "--no-privileges", "--no-comments"),
        *(f"--dbname={_address(engine.url)}", str(source)),
    )
    _run(words, engine.url, source, _nothing)
