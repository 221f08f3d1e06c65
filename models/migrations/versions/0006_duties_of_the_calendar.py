"""Duties of the calendar

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base.columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duty_order",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("recorded_at", models.base.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=True),
        sa.Column("superseded_at", models.base.columns.UtcDateTime(timezone=True), nullable=True),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_by"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("duty_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_order_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "duty_task",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("occasion", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("made_at", models.base.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("escalated_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "unit_id", "occasion"),
    )
    with op.batch_alter_table("duty_task", schema=None) as batch_op:
        batch_op.create_index("ix_duty_task_due", ["due_on", "kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_duty_task_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "duty_finding",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("item", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("what_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("mend_by", sa.Date(), nullable=False),
        sa.Column("mended_on", sa.Date(), nullable=True),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", models.base.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("superseded_at", models.base.columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["recorded_by"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["task_id"],
            ["duty_task.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("duty_finding", schema=None) as batch_op:
        batch_op.create_index(
            "ix_duty_finding_live",
            ["task_id", "item"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_duty_finding_task_id"), ["task_id"], unique=False)

    op.create_table(
        "duty_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("cause", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", models.base.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("superseded_at", models.base.columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["recorded_by"],
            ["person.id"],
        ),
        sa.ForeignKeyConstraint(
            ["task_id"],
            ["duty_task.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("cause"),
    )
    with op.batch_alter_table("duty_report", schema=None) as batch_op:
        batch_op.create_index(
            "ix_duty_report_live",
            ["task_id"],
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_duty_report_task_id"), ["task_id"], unique=False)

    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("task_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=True))
        batch_op.alter_column("visit_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index(batch_op.f("ix_attachment_task_id"), ["task_id"], unique=False)
        batch_op.create_unique_constraint("uq_attachment_task", ["task_id", "media_id"])
        batch_op.create_foreign_key("fk_attachment_task", "duty_task", ["task_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_constraint("fk_attachment_task", type_="foreignkey")
        batch_op.drop_constraint("uq_attachment_task", type_="unique")
        batch_op.drop_index(batch_op.f("ix_attachment_task_id"))
        batch_op.alter_column("visit_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("task_id")

    with op.batch_alter_table("duty_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_report_task_id"))
        batch_op.drop_index(
            "ix_duty_report_live",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("duty_report")
    with op.batch_alter_table("duty_finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_finding_task_id"))
        batch_op.drop_index(
            "ix_duty_finding_live",
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        )

    op.drop_table("duty_finding")
    with op.batch_alter_table("duty_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_task_unit_id"))
        batch_op.drop_index("ix_duty_task_due")

    op.drop_table("duty_task")
    with op.batch_alter_table("duty_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_order_unit_id"))

    op.drop_table("duty_order")
