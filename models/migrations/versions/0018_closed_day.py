"""Which channels the platform closed for the day, since when and why

Revision: 0018, after 0017.
"""

import sqlalchemy as sa
from alembic import op

import models.base.columns

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    channels = ("CUSTOM", "TEMPLATE", "SUBSCRIBE", "MASS")
    op.create_table(
        "closed_day",
        sa.Column("channel", sa.Enum(*channels, name="channel", native_enum=False), nullable=False),
        sa.Column("since", models.base.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", models.base.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("refused_at", models.base.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("tried_at", models.base.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("opened_at", models.base.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("channel"),
    )


def downgrade() -> None:
    op.drop_table("closed_day")
