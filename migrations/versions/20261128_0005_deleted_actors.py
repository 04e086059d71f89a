"""The name of an audit entry's actor, for accounts that are deleted.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: The argument that allows the downgrade, the data that it deletes, and their number.
LOSES = (
    "lose-actor-names",
    "the names of deleted accounts in the audit log",
    "SELECT count(*) FROM audit WHERE actor_name IS NOT NULL",
)


def upgrade() -> None:
    op.add_column("audit", sa.Column("actor_name", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("audit", "actor_name")
