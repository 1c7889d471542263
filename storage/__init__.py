"""What must survive a restart. SQLAlchemy and Alembic live here and nowhere else."""

from storage.misses import Decision, Miss, MissStore, StoreError, open_store

__all__ = ["Decision", "Miss", "MissStore", "StoreError", "open_store"]
