"""The text that searches of people and of the audit log compare, folded by the application.

So far each search folded every row. A later migration that makes either table anew must make its
triggers anew too. The indexes beside it are for lists of one kind, however many rows there are.

Revision ID: 0014
Revises: 0011
"""

import logging
import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0011"
branch_labels = None
depends_on = None

#: Nothing: the text is made of other columns, which stay.
LOSES = None

BATCH = 5_000
NOT_SEARCHED = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
#: For each table a SELECT of the parts of its text, and the same text as near as PostgreSQL's
#: functions come to it, for the SQL that is only printed.
PARTS = {
    "users": "SELECT id, username, display_name, coalesce(email, '') FROM users",
    "audit": "SELECT audit.id, action, subject, detail,"
    " coalesce(users.username, actor_name, 'command line')"
    " FROM audit LEFT JOIN users ON users.id = audit.actor_id",
}
NEARLY = {
    "users": "lower(concat_ws(E'\\n', username, display_name, coalesce(email, '')))",
    "audit": "lower(concat_ws(E'\\n', action, subject, detail, coalesce((SELECT username FROM users"
    " WHERE users.id = audit.actor_id), actor_name, 'command line')))",
}
TRIGGERS = {
    "insert": "AFTER INSERT",
    "delete": "AFTER DELETE",
    "update": "AFTER UPDATE OF search_text",
}
TRIGRAMS = "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'"
KINDS = {
    "admins": "is_admin",
    "inactive": "NOT is_active",
    "no_password": "is_active AND password_hash IS NULL",
}


def fold(text: str) -> str:
    folded = unicodedata.normalize("NFD", NOT_SEARCHED.sub("", text)).casefold()
    return unicodedata.normalize("NFC", folded)


def upgrade() -> None:
    has_trigrams = op.get_context().dialect.name == "postgresql" and _make_trigrams()
    for name in PARTS:
        # Not a batch: it would make the table anew, without its triggers.
        op.add_column(
            name, sa.Column("search_text", sa.Text(), nullable=False, server_default="")
        )
        _fill(name)
        if op.get_context().dialect.name == "sqlite":
            _make_fts(name)
        elif has_trigrams:
            op.execute(
                f"CREATE INDEX ix_{name}_search ON {name} USING gin (search_text gin_trgm_ops)"
            )
    for kind, condition in KINDS.items():
        where = sa.text(condition)
        op.create_index(
            f"ix_users_{kind}", "users", ["username"], sqlite_where=where, postgresql_where=where
        )
    op.create_index(op.f("ix_audit_action_id"), "audit", ["action", "id"])
    op.create_index(op.f("ix_audit_actor_name_id"), "audit", ["actor_name", "id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_actor_name_id"), table_name="audit")
    op.drop_index(op.f("ix_audit_action_id"), table_name="audit")
    for kind in KINDS:
        op.drop_index(f"ix_users_{kind}", table_name="users")
    for name in PARTS:
        if op.get_context().dialect.name == "sqlite":
            for trigger in TRIGGERS:
                op.execute(f"DROP TRIGGER {name}_fts_{trigger}")
            op.execute(f"DROP TABLE {name}_fts")
        else:
            op.execute(f"DROP INDEX IF EXISTS ix_{name}_search")
        op.drop_column(name, "search_text")


def _fill(name: str) -> None:
    if op.get_context().as_sql:  # nothing can be read
        op.execute(f"UPDATE {name} SET search_text = {NEARLY[name]}")  # noqa: S608
        return
    connection = op.get_bind()
    rows = sa.text(f"{PARTS[name]} WHERE {name}.id > :last ORDER BY {name}.id LIMIT :size")
    change = sa.text(f"UPDATE {name} SET search_text = :folded WHERE id = :id")  # noqa: S608
    last = 0
    while batch := connection.execute(rows, {"last": last, "size": BATCH}).all():
        folded: list[dict[str, Any]] = [
            {"id": row[0], "folded": fold("\n".join(row[1:]))} for row in batch
        ]
        connection.execute(change, folded)
        last = batch[-1][0]


def _make_fts(name: str) -> None:
    op.execute(
        f"CREATE VIRTUAL TABLE {name}_fts USING fts5(search_text, content='{name}',"
        " content_rowid='id', tokenize='trigram case_sensitive 1')"
    )
    op.execute(f"INSERT INTO {name}_fts({name}_fts) VALUES ('rebuild')")
    add = f"INSERT INTO {name}_fts(rowid, search_text) VALUES (new.id, new.search_text);"  # noqa: S608
    remove = (
        f"INSERT INTO {name}_fts({name}_fts, rowid, search_text)"  # noqa: S608
        " VALUES ('delete', old.id, old.search_text);"
    )
    actions = {"insert": add, "delete": remove, "update": remove + add}
    for trigger, when in TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER {name}_fts_{trigger} {when} ON {name} BEGIN {actions[trigger]} END"
        )


def _make_trigrams() -> bool:
    if not op.get_context().as_sql and not _may_have_trigrams():
        logging.getLogger("alembic").warning("pg_trgm may not be made here: search has no index.")
        return False
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    return True


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
