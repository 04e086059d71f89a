"""Reads from before everyone was notified again, for the statistics.

Revision ID: 0010
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    earlier = sa.Column("earlier_read_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("deliveries", earlier)


def downgrade() -> None:
    # Reads from before a "notify again" are no longer told; nothing else is lost.
    op.drop_column("deliveries", "earlier_read_at")
