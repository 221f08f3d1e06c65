"""A question that was passed on knows who asked, so that its reader can ring back

Revision: 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

import models.base.columns

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "question",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("asker_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("page_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("asked_at", models.base.columns.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asker_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["page_id"], ["delivery.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_question_asker_id", "question", ["asker_id"])
    op.create_index("ix_question_page_id", "question", ["page_id"], unique=True)


def downgrade() -> None:
    op.drop_table("question")
