"""The version of the database's tables: the one it has, and those that this code knows."""

from collections.abc import Collection
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from .database import ROOT

#: The number of the advisory lock of migrations on PostgreSQL: the letters "notify" as bytes.
MIGRATING = int.from_bytes(b"notify")


@cache
def heads() -> frozenset[str]:
    """Return the newest versions that this code knows: one, as long as history does not fork."""
    return frozenset(_scripts().get_heads())


@cache
def known() -> frozenset[str]:
    """Return every version that this code knows."""
    return frozenset(script.revision for script in _scripts().walk_revisions())


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(ROOT / "migrations"))


def current(connection: Connection) -> frozenset[str]:
    """Return the version of the database, as a set; it is empty after the last downgrade."""
    asked = connection.execute(text("SELECT version_num FROM alembic_version"))
    return frozenset(asked.scalars())


def in_words(versions: Collection[str]) -> str:
    """Format the version of a database: ``0011``, or ``no version``."""
    return ", ".join(sorted(versions)) or "no version"


def upgrade() -> None:
    """Migrate the application's database to the newest version, without a word.

    Raises:
        CommandError: in one sentence, if that fails; nothing was migrated then.
    """
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["quiet"] = True
    command.upgrade(config, "head")
