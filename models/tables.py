"""Every table, named in one place: the migrations and the tests import this and so know them all."""

from sqlmodel import SQLModel

from models.base.audit import AuditEntry
from models.messaging.broadcasts import Broadcast
from models.messaging.inbox import InboxMessage
from models.messaging.outbox import Batch, Delivery
from models.roster.accounts import Account
from models.roster.children import Child, ChildCategory, Placement
from models.roster.people import Person, Staff
from models.roster.ties import Guardianship, Pairing
from models.roster.units import Unit

ALL: tuple[type[SQLModel], ...] = (
    Account,
    AuditEntry,
    Batch,
    Broadcast,
    Child,
    ChildCategory,
    Delivery,
    Guardianship,
    InboxMessage,
    Pairing,
    Person,
    Placement,
    Staff,
    Unit,
)
