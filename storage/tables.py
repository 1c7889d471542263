"""The tables. A change here needs a migration in storage/migrations/versions."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Index,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Instant(TypeDecorator[datetime]):
    """A moment, aware, UTC, to the microsecond; stored as a number, equal on every data base.

    One that can't be read is None.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else _micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        try:
            return None if value is None else _moment(value)
        except (ValueError, TypeError, OverflowError, OSError):
            return None


class LocalTime(TypeDecorator[datetime]):
    """A naive local moment, stored as ISO text: sorts as it reads. One that can't be read is None."""

    impl = String(19)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat(timespec="seconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        try:
            return None if value is None else datetime.fromisoformat(value)
        except ValueError:
            return None


class Json(TypeDecorator[Any]):
    """JSON. What can't be read, as SQLite lets it stand, is False: None may mean something."""

    impl = JSON
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        read = super().result_processor(dialect, coltype)
        return None if read is None else partial(_if_readable, read)


def _if_readable(read: Callable[[Any], Any], value: Any) -> Any:
    try:
        return read(value)
    except (ValueError, TypeError):
        return False


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(micros // 1_000_000, UTC).replace(microsecond=micros % 1_000_000)


def _micros(moment: datetime) -> int:
    whole = moment.replace(microsecond=0)
    return int(whole.timestamp()) * 1_000_000 + moment.microsecond


class Base(DeclarativeBase):
    pass


def table_of(row: type[Base]) -> Table:
    """For statements: the table behind a class of rows."""
    table = row.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{row.__name__} is no table")
    return table


class MissRow(Base):
    """A question asked in vain. asked_at is UTC; member is a keyed pseudonym, never an account number."""

    __tablename__ = "misses"

    id: Mapped[int] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    text: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(String(16))
    candidates: Mapped[list[str]] = mapped_column(JSON)
    member: Mapped[str] = mapped_column(String(32), index=True)


class ChatRow(Base):
    """A group. state: active, gone with the reason, or moved with the new id as the reason."""

    __tablename__ = "chats"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(255), default="")
    zone: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="active")
    reason: Mapped[str] = mapped_column(String(64), default="")
    gone_at: Mapped[datetime | None] = mapped_column(Instant)


class RuleRow(Base):
    """scheduler.rule.GroupRule. planned_until, planned_with: how far and with which calendar it has been planned.

    state_before: of a deleted one, the state to go back to.
    """

    __tablename__ = "rules"
    __table_args__ = (
        Index(
            "ix_rules_planned",
            "planned_until",
            "id",
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
        Index(
            "uq_rules_declared",
            "chat_id",
            "declared",
            unique=True,
            sqlite_where=text("declared <> '' AND state <> 'deleted'"),
            postgresql_where=text("declared <> '' AND state <> 'deleted'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, index=True)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    leader_id: Mapped[int] = mapped_column(BigInteger, default=0)
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(255))
    start: Mapped[datetime] = mapped_column(LocalTime)
    rrule: Mapped[str] = mapped_column(Text)
    roll: Mapped[str] = mapped_column(String(16))
    zone: Mapped[str] = mapped_column(String(64))
    leads: Mapped[list[list[Any]]] = mapped_column(Json)
    nag: Mapped[list[Any] | None] = mapped_column(Json(none_as_null=True))
    place: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime] = mapped_column(Instant)
    declared: Mapped[str] = mapped_column(String(64), default="")
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)
    state_before: Mapped[str] = mapped_column(String(16), default="", server_default="")
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    planned_until: Mapped[datetime] = mapped_column(Instant)
    planned_with: Mapped[str] = mapped_column(String(32), default="")


class SkipRow(Base):
    """An occurrence that the leader skips, by its nominal time."""

    __tablename__ = "skips"

    rule_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    nominal: Mapped[datetime] = mapped_column(LocalTime, primary_key=True)


class DeliveryRow(Base):
    """scheduler.delivery.Delivery. The two partial indexes carry the claim and the rescue."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("key", name="uq_deliveries_key"),
        Index(
            "ix_deliveries_pending",
            "not_before",
            "id",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_deliveries_expiring",
            "expires_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_deliveries_sending",
            "lease_until",
            sqlite_where=text("state = 'sending'"),
            postgresql_where=text("state = 'sending'"),
        ),
        Index("ix_deliveries_chat", "chat_id", "state"),
        Index("ix_deliveries_rule", "rule_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160))
    chat_id: Mapped[int] = mapped_column(BigInteger)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    purpose: Mapped[str] = mapped_column(String(16))
    rule_id: Mapped[int | None]
    nominal: Mapped[datetime | None] = mapped_column(LocalTime)
    event_at: Mapped[datetime | None] = mapped_column(Instant)
    lead: Mapped[str] = mapped_column(String(32))
    due_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(16))
    not_before: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    timeouts: Mapped[int] = mapped_column(default=0)
    is_doubtful: Mapped[bool] = mapped_column(default=False)
    worker: Mapped[str] = mapped_column(String(40), default="")
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    problem: Mapped[str] = mapped_column(String(64), default="")


class GateRow(Base):
    """scheduler.gates.Gate. name: "bot", or a chat's id."""

    __tablename__ = "gates"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    free_at: Mapped[datetime] = mapped_column(Instant)
    shut_until: Mapped[datetime] = mapped_column(Instant)


class MemberRow(Base):
    """Somebody on a group's roster: pressed a button, joined, or was entered. user_id below 0: entered by name only."""

    __tablename__ = "members"

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, index=True)
    name: Mapped[str] = mapped_column(String(128))
    joined_at: Mapped[datetime] = mapped_column(Instant)


class ResponseRow(Base):
    """One member's answer to one event; answer: empty once it was taken back."""

    __tablename__ = "responses"

    rule_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    nominal: Mapped[datetime] = mapped_column(LocalTime, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, index=True)
    answer: Mapped[str] = mapped_column(String(16))
    answered_at: Mapped[datetime] = mapped_column(Instant)


class ReplicaRow(Base):
    """A process that keeps the promise. since: when its calendar came into force there."""

    __tablename__ = "replicas"

    worker: Mapped[str] = mapped_column(String(40), primary_key=True)
    calendar: Mapped[str] = mapped_column(String(32))
    since: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)


class DraftRow(Base):
    """A set-up that somebody is in the middle of. id: drawn at random. content: JSON of the handler that wrote it."""

    __tablename__ = "drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, index=True)
    user_id: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(Instant, index=True)
