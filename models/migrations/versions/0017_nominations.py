"""Who was proposed for a weighty duty, and a second person's word on it

Revision: 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op

import models.base.columns

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_MOMENT = models.base.columns.UtcDateTime(timezone=True)
_DUTIES = ("MENTOR", "CLASS_TEACHER", "COUNSELLOR", "LECTURER", "ADMIN", "APPROVER", "DUTY_OFFICER", "AUDITOR")


def upgrade() -> None:
    op.create_table(
        "nomination",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("unit_id", _ID, sa.ForeignKey("unit.id"), nullable=False),
        sa.Column("duty", sa.Enum(*_DUTIES, name="duty", native_enum=False), nullable=False),
        sa.Column("asked_by", _ID, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("decided_by", _ID, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("nomination", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nomination_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_nomination_unit_id"), ["unit_id"], unique=False)


def downgrade() -> None:
    op.drop_table("nomination")
