"""Search in titles and bodies by trigrams, wildcards literal.

SQLite: an FTS5 table beside the notifications, kept in step by triggers. A later migration
that makes the table of notifications anew must make the triggers anew too.
PostgreSQL: an index with pg_trgm, where the database's owner may have it; without it
the search gives the same answers, more slowly.

Revision ID: 0002
Revises: 0001
"""

import logging

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLE = """
CREATE VIRTUAL TABLE notifications_fts
USING fts5(title, body, content='notifications', content_rowid='id', tokenize='trigram')
"""
FILL = "INSERT INTO notifications_fts(notifications_fts) VALUES ('rebuild')"
ADD = "INSERT INTO notifications_fts(rowid, title, body) VALUES (new.id, new.title, new.body);"
REMOVE = """
INSERT INTO notifications_fts(notifications_fts, rowid, title, body)
VALUES ('delete', old.id, old.title, old.body);
"""
TRIGGERS = {
    "insert": ("AFTER INSERT", ADD),
    "delete": ("AFTER DELETE", REMOVE),
    "update": ("AFTER UPDATE OF title, body", REMOVE + ADD),
}
TRIGRAMS = "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(TABLE)
        op.execute(FILL)
        for name, (when, what) in TRIGGERS.items():
            op.execute(
                f"CREATE TRIGGER notifications_fts_{name} {when} ON notifications BEGIN {what} END"
            )
        return
    if not op.get_context().as_sql and not _may_have_trigrams():
        logging.getLogger("alembic").warning("pg_trgm may not be made here: search has no index.")
        return
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute(
        "CREATE INDEX ix_notifications_search ON notifications "
        "USING gin ((title || E'\\n' || body) gin_trgm_ops)"
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


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER notifications_fts_{name}")
        op.execute("DROP TABLE notifications_fts")
    else:
        op.execute("DROP INDEX IF EXISTS ix_notifications_search")
