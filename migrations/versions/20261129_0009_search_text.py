"""The text that searches compare, folded by the application: NFC, without case.

So far the databases folded by themselves, each in its way. A later migration that makes the table
of notifications anew must make the triggers anew too.

Revision ID: 0009
Revises: 0008
"""

import logging
import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

#: Nothing: the text is made of the title and the body, which stay.
LOSES = None

BATCH = 1_000
NOT_SEARCHED = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
FTS = "CREATE VIRTUAL TABLE notifications_fts USING fts5({}, content='notifications', {})"
OPTIONS = "content_rowid='id', tokenize='{}'"
TRIGGERS = {"insert": "AFTER INSERT", "delete": "AFTER DELETE", "update": "AFTER UPDATE OF {}"}
TRIGRAMS = "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'"


def fold(text: str) -> str:
    folded = unicodedata.normalize("NFD", NOT_SEARCHED.sub("", text)).casefold()
    return unicodedata.normalize("NFC", folded)


def upgrade() -> None:
    # Not a batch: it would make the table anew, without the triggers of the search.
    column = sa.Column("search_text", sa.Text(), nullable=False, server_default="")
    if op.get_context().dialect.name == "sqlite":
        _drop_fts()
        op.add_column("notifications", column)
        _fill()
        _make_fts(("search_text",), "trigram case_sensitive 1")
        return
    op.add_column("notifications", column)
    _fill()
    op.execute("DROP INDEX IF EXISTS ix_notifications_search")
    _make_index("search_text")


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        _drop_fts()
        op.drop_column("notifications", "search_text")
        _make_fts(("title", "body"), "trigram")
        return
    op.execute("DROP INDEX IF EXISTS ix_notifications_search")
    op.drop_column("notifications", "search_text")
    _make_index("(title || E'\\n' || body)")


def _fill() -> None:
    if op.get_context().as_sql:  # nothing can be read: as near as the database's functions come
        op.execute("UPDATE notifications SET search_text = lower(title || E'\\n' || body)")
        return
    connection = op.get_bind()
    rows = sa.text(
        "SELECT id, title, body FROM notifications WHERE id > :last ORDER BY id LIMIT :size"
    )
    change = sa.text("UPDATE notifications SET search_text = :folded WHERE id = :id")
    last = 0
    while batch := connection.execute(rows, {"last": last, "size": BATCH}).all():
        folded: list[dict[str, Any]] = [
            {"id": row.id, "folded": fold(f"{row.title}\n{row.body}")} for row in batch
        ]
        connection.execute(change, folded)
        last = batch[-1].id


def _drop_fts() -> None:
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER notifications_fts_{name}")
    op.execute("DROP TABLE notifications_fts")


def _make_fts(columns: tuple[str, ...], tokenizer: str) -> None:
    names = ", ".join(columns)
    op.execute(FTS.format(names, OPTIONS.format(tokenizer)))
    op.execute("INSERT INTO notifications_fts(notifications_fts) VALUES ('rebuild')")
    new, old = (", ".join(f"{row}.{name}" for name in columns) for row in ("new", "old"))
    add = f"INSERT INTO notifications_fts(rowid, {names}) VALUES (new.id, {new});"  # noqa: S608
    remove = (
        f"INSERT INTO notifications_fts(notifications_fts, rowid, {names})"  # noqa: S608
        f" VALUES ('delete', old.id, {old});"
    )
    actions = {"insert": add, "delete": remove, "update": remove + add}
    for name, when in TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER notifications_fts_{name} {when.format(names)} ON notifications"
            f" BEGIN {actions[name]} END"
        )


def _make_index(text: str) -> None:
    if not op.get_context().as_sql and not _may_have_trigrams():
        logging.getLogger("alembic").warning("pg_trgm may not be made here: search has no index.")
        return
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute(
        f"CREATE INDEX ix_notifications_search ON notifications USING gin ({text} gin_trgm_ops)"
    )


def _may_have_trigrams() -> bool:
    bind = op.get_bind()
    try:
        with bind.begin_nested():
            if not bind.execute(sa.text(TRIGRAMS)).scalar_one():
                return False
            bind.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    except sa.exc.DBAPIError:
        return False
    return True
