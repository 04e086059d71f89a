"""The density of the rows in an account's inbox.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "users",
        sa.Column("density", sa.String(length=20), nullable=False, server_default="comfortable"),
    )


def downgrade() -> None:
    op.drop_column("users", "density")
