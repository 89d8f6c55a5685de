"""Every table, imported in one place so that relationships and migrations see them all."""

from core.accounts.models import AccountLease, AccountUse, OwnerUse, SmtpAccount
from core.articles.models import Article, ArticleNotice, ArticlePicture, BlogFollower
from core.audit.models import Entry
from core.cache.models import CacheMark
from core.clients.models import Client, ErasedAddress, Import, ImportChange, OwnField
from core.clients.uploads import Upload, UploadPart
from core.delivery.models import Delivery, OpenClaim, PastOutcome, Run
from core.delivery.returns import Return
from core.delivery.told import RunNotice
from core.duties.models import Duty
from core.inbound.models import InboxPosition
from core.jobs.models import DeadLetter, Job, Pause, WorkerProcess
from core.letters.models import EmailToken, Letter
from core.mailings.models import Approval, LiveCard, Mailing, MailingClient, SavedSegment
from core.messages.models import Message, MessageFile, MessageVersion
from core.scheduling.models import Schedule
from core.second_factor.models import RecoveryCode, SecondFactor
from core.sessions.models import Password, Session, SignInTry
from core.signing_keys.models import SigningKey
from core.suppressions.models import Suppression
from core.updates.models import TelegramUpdate
from core.users.models import AdmissionAsk, Invitation, Photo, TelegramAccount, User
from core.users.news import News
from core.users.notices import MutedNotice

__all__ = [
    "AccountLease",
    "AccountUse",
    "AdmissionAsk",
    "Approval",
    "Article",
    "ArticleNotice",
    "ArticlePicture",
    "BlogFollower",
    "CacheMark",
    "Client",
    "DeadLetter",
    "Delivery",
    "Duty",
    "EmailToken",
    "Entry",
    "ErasedAddress",
    "Import",
    "ImportChange",
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
    "News",
    "OpenClaim",
    "OwnField",
    "OwnerUse",
    "Password",
    "PastOutcome",
    "Pause",
    "Photo",
    "RecoveryCode",
    "Return",
    "Run",
    "RunNotice",
    "SavedSegment",
    "Schedule",
    "SecondFactor",
    "Session",
    "SignInTry",
    "SigningKey",
    "SmtpAccount",
    "Suppression",
    "TelegramAccount",
    "TelegramUpdate",
    "Upload",
    "UploadPart",
    "User",
    "WorkerProcess",
]
