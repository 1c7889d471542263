"""Rules count their revisions; a deletion remembers what it ended; a declared reminder is there once; gone since."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
DECLARED = sa.text("declared <> '' AND state <> 'deleted'")


def upgrade() -> None:
    op.add_column("rules", sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
    op.add_column("rules", sa.Column("state_before", sa.String(16), nullable=False, server_default=""))
    op.add_column("chats", sa.Column("gone_at", sa.BigInteger))
    op.execute(
        "UPDATE rules SET state = 'deleted', deleted_at = 0 WHERE declared <> '' AND state <> 'deleted' AND id NOT IN "
        "(SELECT MIN(id) FROM rules WHERE declared <> '' AND state <> 'deleted' GROUP BY chat_id, declared)"
    )
    op.create_index(
        "uq_rules_declared",
        "rules",
        ["chat_id", "declared"],
        unique=True,
        sqlite_where=DECLARED,
        postgresql_where=DECLARED,
    )
