"""The tables. A change here needs a migration in storage/migrations/versions."""

from datetime import datetime

from sqlalchemy import JSON, DateTime, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class MissRow(Base):
    """A question asked in vain. asked_at is UTC; member is a keyed pseudonym, never an account number."""

    __tablename__ = "misses"

    id: Mapped[int] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    text: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(String(16))
    candidates: Mapped[list[str]] = mapped_column(JSON)
    member: Mapped[str] = mapped_column(String(32), index=True)
