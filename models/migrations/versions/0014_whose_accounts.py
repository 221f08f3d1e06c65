"""Whose accounts there are, and which of them is written to, stands in one index

Revision: 0014, after 0013.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_account_of_person", "account", ["person_id", "following", "bound_at", "openid"])
    op.drop_index("ix_account_person_id", table_name="account")


def downgrade() -> None:
    op.create_index("ix_account_person_id", "account", ["person_id"])
    op.drop_index("ix_account_of_person", table_name="account")
