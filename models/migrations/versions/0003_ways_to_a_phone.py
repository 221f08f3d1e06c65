"""Ways to a phone

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base.columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mass_report",
        sa.Column("msg_id", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("total", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("kept", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("sent", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("errors", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("arrived_at", models.base.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", models.base.columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("msg_id"),
    )
    with op.batch_alter_table("mass_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mass_report_settled_at"), ["settled_at"], unique=False)

    op.create_table(
        "outlet",
        sa.Column(
            "channel",
            sa.Enum("CUSTOM", "TEMPLATE", "SUBSCRIBE", "MASS", name="channel", native_enum=False),
            nullable=False,
        ),
        sa.Column("usable", sa.Boolean(), nullable=False),
        sa.Column("template_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("per_day", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=True),
        sa.Column("left", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=True),
        sa.Column("read_at", models.base.columns.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("channel"),
    )
    op.create_table(
        "allowance",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("openid", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("template_id", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("given_at", models.base.columns.UtcDateTime(timezone=True), nullable=False),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=True),
        sa.Column("ended_at", models.base.columns.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("allowance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_allowance_delivery_id"), ["delivery_id"], unique=False)
        batch_op.create_index("ix_allowance_open", ["openid", "template_id", "ended_at"], unique=False)

    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.add_column(sa.Column("plan", sqlmodel.sql.sqltypes.AutoString(), server_default="{}", nullable=False))

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_delivery_mass",
            ["openid", "planned_at"],
            unique=False,
            sqlite_where=sa.text("channel = 'MASS'"),
            postgresql_where=sa.text("channel = 'MASS'"),
        )

    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "channel",
                sa.Enum("CUSTOM", "TEMPLATE", "SUBSCRIBE", "MASS", name="channel", native_enum=False),
                server_default="TEMPLATE",
                nullable=False,
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.drop_column("channel")

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_delivery_mass", sqlite_where=sa.text("channel = 'MASS'"), postgresql_where=sa.text("channel = 'MASS'")
        )

    with op.batch_alter_table("broadcast", schema=None) as batch_op:
        batch_op.drop_column("plan")

    with op.batch_alter_table("allowance", schema=None) as batch_op:
        batch_op.drop_index("ix_allowance_open")
        batch_op.drop_index(batch_op.f("ix_allowance_delivery_id"))

    op.drop_table("allowance")
    op.drop_table("outlet")
    with op.batch_alter_table("mass_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mass_report_settled_at"))

    op.drop_table("mass_report")
