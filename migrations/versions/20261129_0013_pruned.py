"""Numbers of pruned deliveries, so that the statistics still count them.

Revision ID: 0013
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

#: The argument that allows the downgrade, the data that it deletes, and their number.
LOSES = (
    "lose-pruned-numbers",
    "the numbers of pruned deliveries: statistics would leave them out",
    "SELECT count(*) FROM notifications WHERE pruned_dismissed > 0",
)

_COLUMNS = ("pruned_dismissed", "pruned_read")


def upgrade() -> None:
    for name in _COLUMNS:
        column = sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        op.add_column("notifications", column)


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_column("notifications", name)
