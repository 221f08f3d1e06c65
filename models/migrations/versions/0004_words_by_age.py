"""Words by age

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base.columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("by_age", sqlmodel.sql.sqltypes.AutoString(), server_default="{}", nullable=False)
        )
        batch_op.add_column(sa.Column("until", models.base.columns.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.drop_column("until")
        batch_op.drop_column("by_age")
