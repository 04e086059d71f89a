"""How many people each notification was sent to, as a column; so far the audit log knew it.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: The argument that allows the downgrade, the data that it deletes, and their number.
LOSES = (
    "lose-audience",
    "the numbers of recipients",
    "SELECT count(*) FROM notifications WHERE audience IS NOT NULL",
)

_AUDIENCE = {
    "sqlite": "json_extract(audit.detail, '$.audience')",
    "postgresql": "CAST(CAST(audit.detail AS json) ->> 'audience' AS integer)",
}


def upgrade() -> None:
    op.add_column("notifications", sa.Column("audience", sa.Integer(), nullable=True))
    audience = _AUDIENCE[op.get_context().dialect.name]
    # The first entry: a notification is sent once. Nobody can edit an entry.
    op.execute(
        f"""
        UPDATE notifications SET audience = (
            SELECT {audience} FROM audit
            WHERE audit.subject = 'notification ' || notifications.id
                AND audit.action IN ('broadcast.sent', 'notification.sent')
            ORDER BY audit.id LIMIT 1
        )
        """  # noqa: S608 - put together from the two expressions above
    )


def downgrade() -> None:
    # Not a batch: it would make the table anew, without the triggers of the search.
    op.drop_column("notifications", "audience")
