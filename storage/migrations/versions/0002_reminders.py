"""Groups, their rules, the deliveries that follow, who answered."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
PENDING, SENDING, ACTIVE = (sa.text(f"state = '{name}'") for name in ("pending", "sending", "active"))


def upgrade() -> None:
    _people()
    _rules()
    _deliveries()


def _people() -> None:
    op.create_table(
        "chats",
        sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
    )
    op.create_table(
        "members",
        sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("joined_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_members_user_id", "members", ["user_id"])
    op.create_table(
        "responses",
        sa.Column("rule_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("nominal", sa.String(19), primary_key=True),
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("answer", sa.String(16), nullable=False),
        sa.Column("answered_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_responses_user_id", "responses", ["user_id"])
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_drafts_chat_id", "drafts", ["chat_id"])
    op.create_index("ix_drafts_changed_at", "drafts", ["changed_at"])


def _rules() -> None:
    op.create_table(
        "rules",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("thread_id", sa.BigInteger),
        sa.Column("leader_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("start", sa.String(19), nullable=False),
        sa.Column("rrule", sa.Text, nullable=False),
        sa.Column("roll", sa.String(16), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("leads", sa.JSON, nullable=False),
        sa.Column("nag", sa.JSON),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("declared", sa.String(64), nullable=False),
        sa.Column("deleted_at", sa.BigInteger),
        sa.Column("planned_until", sa.BigInteger, nullable=False),
        sa.Column("planned_with", sa.String(32), nullable=False),
    )
    op.create_index("ix_rules_chat_id", "rules", ["chat_id"])
    op.create_index("ix_rules_planned", "rules", ["planned_until", "id"], sqlite_where=ACTIVE, postgresql_where=ACTIVE)
    op.create_table(
        "skips",
        sa.Column("rule_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("nominal", sa.String(19), primary_key=True),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("thread_id", sa.BigInteger),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("rule_id", sa.Integer),
        sa.Column("nominal", sa.String(19)),
        sa.Column("event_at", sa.BigInteger),
        sa.Column("lead", sa.String(32), nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("not_before", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("timeouts", sa.Integer, nullable=False),
        sa.Column("is_doubtful", sa.Boolean, nullable=False),
        sa.Column("worker", sa.String(40), nullable=False),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("problem", sa.String(64), nullable=False),
        sa.UniqueConstraint("key", name="uq_deliveries_key"),
    )
    for name, columns, where in (
        ("ix_deliveries_pending", ["not_before", "id"], PENDING),
        ("ix_deliveries_expiring", ["expires_at"], PENDING),
        ("ix_deliveries_sending", ["lease_until"], SENDING),
    ):
        op.create_index(name, "deliveries", columns, sqlite_where=where, postgresql_where=where)
    op.create_index("ix_deliveries_chat", "deliveries", ["chat_id", "state"])
    op.create_index("ix_deliveries_rule", "deliveries", ["rule_id", "state"])
    op.create_table(
        "gates",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("free_at", sa.BigInteger, nullable=False),
        sa.Column("shut_until", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    for name in ("gates", "deliveries", "skips", "rules", "drafts", "responses", "members", "chats"):
        op.drop_table(name)
