"""Reads from before everyone was notified again, for the statistics.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

#: The argument that allows the downgrade, the data that it deletes, and their number.
LOSES = (
    "lose-earlier-reads",
    "the reads from before a second notification",
    "SELECT count(*) FROM deliveries WHERE earlier_read_at IS NOT NULL",
)


def upgrade() -> None:
    earlier = sa.Column("earlier_read_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("deliveries", earlier)


def downgrade() -> None:
    # Reads from before a "notify again" are no longer told; nothing else is lost.
    op.drop_column("deliveries", "earlier_read_at")
