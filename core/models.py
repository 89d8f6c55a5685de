"""Every table, imported in one place so that relationships and migrations see them all."""

from core.accounts.models import AccountLease, AccountUse, OwnerUse, SmtpAccount
from core.audit.models import Entry
from core.clients.models import Client
from core.delivery.models import Delivery, OpenClaim, PastOutcome, Run
from core.delivery.returns import Return
from core.delivery.told import RunNotice
from core.duties.models import Duty
from core.inbound.models import InboxPosition
from core.jobs.models import Job, WorkerProcess
from core.letters.models import EmailToken, Letter
from core.mailings.models import LiveCard, Mailing, MailingClient, SavedSegment
from core.messages.models import Message, MessageFile, MessageVersion
from core.scheduling.models import Schedule
from core.sessions.models import Password, Session, SignInTry
from core.updates.models import TelegramUpdate
from core.users.models import AdmissionAsk, Invitation, Photo, TelegramAccount, User
from core.users.notices import MutedNotice

__all__ = [
    "AccountLease",
    "AccountUse",
    "AdmissionAsk",
    "Client",
    "Delivery",
    "Duty",
    "EmailToken",
    "Entry",
    "InboxPosition",
    "Invitation",
    "Job",
    "Letter",
    "LiveCard",
    "Mailing",
    "MailingClient",
    "Message",
    "MessageFile",
    "MessageVersion",
    "MutedNotice",
    "OpenClaim",
    "OwnerUse",
    "Password",
    "PastOutcome",
    "Photo",
    "Return",
    "Run",
    "RunNotice",
    "SavedSegment",
    "Schedule",
    "Session",
    "SignInTry",
    "SmtpAccount",
    "TelegramAccount",
    "TelegramUpdate",
    "User",
    "WorkerProcess",
]
