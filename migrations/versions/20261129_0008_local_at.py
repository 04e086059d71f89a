"""The wall time of notifications that arrive at each reader's own, and the zone data's version.

Broadcasts of before get theirs from the release in the zone Etc/GMT+12, which is the last one
everywhere and never changes its clocks.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: The argument that allows the downgrade, the data that it deletes, and their number.
LOSES = (
    "lose-local-times",
    "the local times of notifications",
    "SELECT count(*) FROM notifications WHERE local_at IS NOT NULL",
)
#: The form in which SQLite stores a time without a zone is that of SQLAlchemy.
_EARLIER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', last.arrives_at, '-12 hours')",
    "postgresql": "(last.arrives_at AT TIME ZONE 'UTC') - interval '12 hours'",
}


def upgrade() -> None:
    # Not a batch: it would make the table anew, without the triggers of the search.
    op.add_column("notifications", sa.Column("local_at", sa.DateTime(), nullable=True))
    op.add_column(
        "notifications", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_table(
        "zone_data",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_data")),
    )
    local_at = _EARLIER[op.get_context().dialect.name]
    op.execute(
        f"""
        UPDATE notifications SET local_at = (
            SELECT {local_at} FROM releases AS last
            WHERE last.notification_id = notifications.id AND last.channel LIKE '%@Etc/GMT+12'
        )
        WHERE id IN (SELECT notification_id FROM releases WHERE channel LIKE '%@Etc/GMT+12')
        """  # noqa: S608 - put together from the expressions above
    )


def downgrade() -> None:
    op.drop_table("zone_data")
    op.drop_column("notifications", "held_until")
    op.drop_column("notifications", "local_at")
