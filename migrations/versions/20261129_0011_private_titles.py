"""No titles of personal notifications in the audit log; links that a deactivation voids.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

#: The argument that allows the downgrade, the data that it deletes, and their number.
LOSES = (
    "lose-void-links",
    "which one-time links a deactivation made void: they would work again",
    "SELECT count(*) FROM users WHERE link_version > 0",
)

_WITHOUT = {
    "sqlite": "json_remove(detail, '$.title', '$.to')",
    "postgresql": "CAST(CAST(detail AS jsonb) - 'title' - 'to' AS text)",
}
_WITH_TOPIC = {
    "sqlite": "json_set(detail, '$.topic', notifications.topic)",
    "postgresql": "CAST(CAST(detail AS jsonb)"
    " || jsonb_build_object('topic', notifications.topic) AS text)",
}


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    # All administrators read the log, and these titles were for the recipients alone. A
    # notification that was deleted since has no topic to put there instead.
    sent = "action = 'notification.sent'"
    op.execute(f"UPDATE audit SET detail = {_WITHOUT[dialect]} WHERE {sent}")  # noqa: S608
    op.execute(
        f"""
        UPDATE audit SET detail = (
            SELECT {_WITH_TOPIC[dialect]} FROM notifications
            WHERE audit.subject = 'notification ' || notifications.id
        )
        WHERE action = 'notification.sent' AND EXISTS (
            SELECT 1 FROM notifications
            WHERE audit.subject = 'notification ' || notifications.id
        )
        """  # noqa: S608 - put together from the two expressions above
    )
    op.add_column(
        "users", sa.Column("link_version", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    # The titles are gone for good, as was meant.
    with op.batch_alter_table("users") as batch:
        batch.drop_column("link_version")
