"""Every table, imported in one place so that relationships and migrations see them all."""

from core.clients.models import Client
from core.delivery.models import Delivery, Run
from core.jobs.models import Job
from core.letters.models import EmailToken, Letter
from core.mailings.models import LiveCard, Mailing, MailingClient
from core.messages.models import Message, MessageVersion
from core.scheduling.models import Schedule
from core.updates.models import TelegramUpdate
from core.users.models import TelegramAccount, User

__all__ = [
    "Client",
    "Delivery",
    "EmailToken",
    "Job",
    "Letter",
    "LiveCard",
    "Mailing",
    "MailingClient",
    "Message",
    "MessageVersion",
    "Run",
    "Schedule",
    "TelegramAccount",
    "TelegramUpdate",
    "User",
]
