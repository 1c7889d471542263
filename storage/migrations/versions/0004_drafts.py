"""Drafts name their messages in their content."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.drop_column("drafts", "message_id")
