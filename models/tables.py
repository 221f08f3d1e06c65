"""Every table, named in one place: the migrations and the tests import this and so know them all."""

from sqlmodel import SQLModel

from models.base.audit import AuditEntry
from models.base.marks import Mark
from models.calendar.calendars import CalendarEntry
from models.calendar.occurrences import Occurrence, StandingApproval
from models.calendar.pulse import Lease, Pulse
from models.care.alerts import Alert, AlertChild, AlertStep, AlertTold
from models.care.attachments import Attachment
from models.care.duties.tables import DutyFinding, DutyOrder, DutyReport, DutyTask
from models.care.visits import Visit, VisitRevision
from models.learning.enrolments import Enrolment
from models.learning.records import LessonRecord
from models.learning.times import LessonTime
from models.messaging.allowances import Allowance
from models.messaging.broadcasts import Broadcast
from models.messaging.closed_days import ClosedDay
from models.messaging.conversations import Conversation
from models.messaging.emergency import Review
from models.messaging.inbox import InboxMessage
from models.messaging.ladder.tables import Ladder, PhoneCall
from models.messaging.mass import MassReport
from models.messaging.outage import Outage
from models.messaging.outbox import Batch, Delivery
from models.messaging.outlets import Outlet
from models.messaging.planning.own_hours import OwnHour
from models.messaging.questions import Question
from models.messaging.receipts import Receipt
from models.roster.accounts import Account
from models.roster.binding import BindingRequest
from models.roster.children import Child, ChildCategory, Placement
from models.roster.consent import Consent
from models.roster.guesses import WrongGuess
from models.roster.invitations import Invitation
from models.roster.nominations import Nomination
from models.roster.people import Person, Staff
from models.roster.ties import Guardianship, Pairing
from models.roster.units import Unit

ALL: tuple[type[SQLModel], ...] = (
    Account,
    Alert,
    AlertChild,
    AlertStep,
    AlertTold,
    Allowance,
    Attachment,
    AuditEntry,
    Batch,
    BindingRequest,
    Broadcast,
    CalendarEntry,
    Child,
    ChildCategory,
    ClosedDay,
    Consent,
    Conversation,
    Delivery,
    DutyFinding,
    DutyOrder,
    DutyReport,
    DutyTask,
    Enrolment,
    Guardianship,
    InboxMessage,
    Invitation,
    Ladder,
    Lease,
    LessonRecord,
    LessonTime,
    Mark,
    MassReport,
    Nomination,
    Occurrence,
    Outage,
    Outlet,
    OwnHour,
    Pairing,
    Person,
    PhoneCall,
    Placement,
    Pulse,
    Question,
    Receipt,
    Review,
    Staff,
    StandingApproval,
    Unit,
    Visit,
    VisitRevision,
    WrongGuess,
)
