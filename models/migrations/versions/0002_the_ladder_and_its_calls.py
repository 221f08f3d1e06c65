"""The ladder and its calls

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base.columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_OUTCOMES = ("TOLD", "NO_ANSWER", "WRONG_NUMBER", "ANSWERED", "FAMILY", "LAPSED")


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ladder",
        sa.Column("broadcast_id", _id(), nullable=False),
        sa.Column("next_at", models.base.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("looked_at", models.base.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("school_at", models.base.columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcast.id"]),
        sa.PrimaryKeyConstraint("broadcast_id"),
    )
    with op.batch_alter_table("ladder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ladder_next_at"), ["next_at"], unique=False)

    op.create_table(
        "phone_call",
        sa.Column("id", _id(), nullable=False),
        sa.Column("broadcast_id", _id(), nullable=False),
        sa.Column("person_id", _id(), nullable=False),
        sa.Column("child_id", _id(), nullable=False),
        sa.Column("caller_id", _id(), nullable=True),
        sa.Column("page_id", _id(), nullable=True),
        sa.Column("at_home", sa.Boolean(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("opened_at", models.base.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("next_at", models.base.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Enum(*_OUTCOMES, name="calloutcome", native_enum=False), nullable=True),
        sa.Column("settled_at", models.base.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_by", _id(), nullable=True),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcast.id"]),
        sa.ForeignKeyConstraint(["caller_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["child_id"], ["child.id"]),
        sa.ForeignKeyConstraint(["page_id"], ["delivery.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("broadcast_id", "person_id"),
    )
    with op.batch_alter_table("phone_call", schema=None) as batch_op:
        batch_op.create_index("ix_phone_call_caller", ["caller_id", "outcome"], unique=False)
        batch_op.create_index(batch_op.f("ix_phone_call_child_id"), ["child_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_phone_call_page_id"), ["page_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_phone_call_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_at", models.base.columns.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("rung", sa.Integer(), server_default="0", nullable=False))
        batch_op.drop_index("ix_delivery_broadcast_state")
        batch_op.create_index("ix_delivery_broadcast_state", ["broadcast_id", "rung", "state"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_broadcast_state")
        batch_op.create_index("ix_delivery_broadcast_state", ["broadcast_id", "state"], unique=False)
        batch_op.drop_column("rung")
        batch_op.drop_column("told_at")
    op.drop_table("phone_call")
    op.drop_table("ladder")
