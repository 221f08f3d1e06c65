"""Who made an invitation code, and by which means

Revision: 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("made_by", _ID, nullable=True))
        batch_op.add_column(
            sa.Column("made_with", sa.Enum("COMMAND", "CHAT", name="means", native_enum=False), nullable=True)
        )
        batch_op.create_foreign_key("fk_invitation_made_by", "person", ["made_by"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_constraint("fk_invitation_made_by", type_="foreignkey")
        batch_op.drop_column("made_with")
        batch_op.drop_column("made_by")
