"""What came due about an exam of some grades remembers which

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("occurrence", sa.Column("grades", sa.String(length=60), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("occurrence", "grades")
