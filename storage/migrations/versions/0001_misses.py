"""Questions asked in vain."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "misses",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("candidates", sa.JSON, nullable=False),
        sa.Column("member", sa.String(32), nullable=False),
    )
    op.create_index("ix_misses_asked_at", "misses", ["asked_at"])
    op.create_index("ix_misses_member", "misses", ["member"])


def downgrade() -> None:
    op.drop_table("misses")
