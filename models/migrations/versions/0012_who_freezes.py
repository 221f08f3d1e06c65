"""Which process freezes a broadcast, and until when nobody else does

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op

import models.base.columns

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("broadcast", sa.Column("freezer", sa.String(), server_default="", nullable=False))
    op.add_column(
        "broadcast", sa.Column("freezer_until", models.base.columns.UtcDateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("broadcast", "freezer_until")
    op.drop_column("broadcast", "freezer")
