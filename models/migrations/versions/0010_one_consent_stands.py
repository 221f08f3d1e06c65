"""At most one consent of a person stands for a purpose, and the database says so

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_STANDING = sa.text("withdrawn_at IS NULL")


def upgrade() -> None:
    # Two that stood at once said the same: the first one stays.
    op.execute(
        "UPDATE consent SET withdrawn_at = given_at WHERE withdrawn_at IS NULL"
        " AND EXISTS (SELECT 1 FROM consent AS first WHERE first.person_id = consent.person_id"
        " AND first.purpose = consent.purpose AND first.withdrawn_at IS NULL AND first.id < consent.id)"
    )
    op.drop_index("ix_consent_standing", table_name="consent")
    op.create_index(
        "ix_consent_standing",
        "consent",
        ["person_id", "purpose"],
        unique=True,
        sqlite_where=_STANDING,
        postgresql_where=_STANDING,
    )


def downgrade() -> None:
    op.drop_index("ix_consent_standing", table_name="consent")
    op.create_index("ix_consent_standing", "consent", ["person_id", "purpose", "withdrawn_at"])
