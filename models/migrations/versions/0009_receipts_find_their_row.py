"""Only what was answered is found by msgid: a row that is planned need not be in that index

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ANSWERED = sa.text("msgid IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_delivery_msgid", table_name="delivery")
    op.create_index("ix_delivery_msgid", "delivery", ["msgid"], sqlite_where=_ANSWERED, postgresql_where=_ANSWERED)


def downgrade() -> None:
    op.drop_index("ix_delivery_msgid", table_name="delivery")
    op.create_index("ix_delivery_msgid", "delivery", ["msgid"])
