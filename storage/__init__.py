"""What must survive a restart. SQLAlchemy and Alembic live here and nowhere else."""

from storage.carrying import CARRIED_WITHIN
from storage.chats import Chat, ChatStore
from storage.database import StoreError
from storage.deliveries import DeliveryStore
from storage.drafts import Draft, DraftStore
from storage.misses import Decision, Miss, MissStore
from storage.people import ONE_TAP, PeopleStore
from storage.plans import PlanStore
from storage.rolls import EventOf
from storage.rules import RuleStore, bare_name
from storage.stores import Stores, open_stores

__all__ = [
    "CARRIED_WITHIN",
    "ONE_TAP",
    "Chat",
    "ChatStore",
    "Decision",
    "DeliveryStore",
    "Draft",
    "DraftStore",
    "EventOf",
    "Miss",
    "MissStore",
    "PeopleStore",
    "PlanStore",
    "RuleStore",
    "StoreError",
    "Stores",
    "bare_name",
    "open_stores",
]
