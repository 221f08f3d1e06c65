"""Own hours

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_hour",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("own_hour", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_own_hour_person_id"), ["person_id"], unique=True)
    # Whoever has another hour than 19:30 for lessons has chosen it; of the others nobody knows.
    op.execute(
        "INSERT INTO own_hour (id, person_id, minute) SELECT id, person_id, hour * 60 + minute FROM lesson_time"
        " WHERE hour * 60 + minute <> 1170"
    )


def downgrade() -> None:
    with op.batch_alter_table("own_hour", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_own_hour_person_id"))

    op.drop_table("own_hour")
