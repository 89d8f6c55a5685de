"""Tables for who looks for a fault: read, and in a few cases cleared of what is in the way."""

from datetime import datetime
from typing import Any

from admin_web.admin.here import Here
from admin_web.admin.resource import Resource
from admin_web.resources.groups import INNER
from core.accounts.models import AccountLease, AccountUse, OwnerUse
from core.articles.models import ArticleNotice, ArticlePicture, BlogFollower
from core.cache.models import CacheMark
from core.clients.models import ErasedAddress, Import, ImportChange, OwnField
from core.clients.uploads import Upload, UploadPart
from core.db import Base, Transaction
from core.delivery.models import OpenClaim
from core.delivery.told import RunNotice
from core.duties.models import Duty
from core.i18n import N_
from core.inbound.models import InboxPosition
from core.jobs.models import DeadLetter, Pause, WorkerProcess
from core.mailings.models import Approval, LiveCard, MailingClient
from core.second_factor.models import RecoveryCode, SecondFactor
from core.sessions.models import Password, SignInTry
from core.users.models import AdmissionAsk, Invitation, Photo
from core.users.news import News
from core.users.notices import MutedNotice


async def _clear(tx: Transaction, _at: Here, row: Any, _now: datetime) -> None:
    await tx.delete(row)


def _inner(
    model: type[Base],
    title: str,
    one: str,
    columns: tuple[str, ...],
    *filters: str,
    secret: tuple[str, ...] = (),
    **more: Any,
) -> Resource:
    """What these tables have in common."""
    return Resource(
        model,
        title,
        one,
        "list-details",
        INNER,
        columns,
        filters=filters,
        secret=frozenset(secret),
        inner=True,
        empty=N_("There is nothing in this table now."),
        **more,
    )


TABLES = (
    _inner(
        DeadLetter,
        N_("Dead letters"),
        N_("Dead letter"),
        ("received_at", "queue", "reason", "body"),
        search=(DeadLetter.reason, DeadLetter.body),
        remove=_clear,
    ),
    _inner(
        WorkerProcess,
        N_("Workers"),
        N_("Worker"),
        ("name", "version", "queues", "since", "seen_at"),
    ),
    _inner(Pause, N_("Pauses"), N_("Pause"), ("what", "since", "by_whom")),
    _inner(Duty, N_("Duties"), N_("Duty"), ("name", "id")),
    _inner(
        OpenClaim,
        N_("Claims"),
        N_("Claim"),
        ("name", "run_id", "open", "lease_until"),
        "run_id",
    ),
    _inner(
        AccountUse,
        N_("Uses of accounts"),
        N_("Use of an account"),
        ("account_id", "domain", "hour_used", "day_used", "free_at"),
        "account_id",
    ),
    _inner(
        AccountLease,
        N_("Connections of accounts"),
        N_("Connections of an account"),
        ("account_id", "holder", "connections", "lease_until"),
        "account_id",
    ),
    _inner(OwnerUse, N_("Quotas used"), N_("Quota used"), ("owner_id", "day", "used")),
    _inner(
        MailingClient,
        N_("Chosen clients"),
        N_("Chosen client"),
        ("mailing_id", "client_id"),
        "mailing_id",
        "client_id",
    ),
    _inner(
        Approval,
        N_("Approvals"),
        N_("Approval"),
        ("mailing_id", "recipients", "asked_at", "decision", "decided_by", "decided_at"),
        "mailing_id",
        "decided_by",
    ),
    _inner(RunNotice, N_("Reports told"), N_("Report told"), ("run_id", "told_at")),
    _inner(
        News,
        N_("Notices"),
        N_("Notice"),
        ("user_id", "kind", "key", "created_at", "told_at"),
        "user_id",
        "told_at",
    ),
    _inner(
        MutedNotice,
        N_("Notices turned off"),
        N_("Notice turned off"),
        ("user_id", "kind"),
        "user_id",
    ),
    _inner(
        LiveCard,
        N_("Live cards"),
        N_("Live card"),
        ("chat_id", "mailing_id", "message_id", "shown_at"),
        "mailing_id",
        secret=("shown",),
    ),
    _inner(
        OwnField,
        N_("Own fields"),
        N_("Own field"),
        ("title", "owner_id", "key", "kind"),
        "owner_id",
    ),
    _inner(Import, N_("Imports"), N_("Import"), ("id", "owner_id", "at"), "owner_id"),
    _inner(
        ImportChange,
        N_("Changes by imports"),
        N_("Change by an import"),
        ("import_id", "client_id"),
        "import_id",
        "client_id",
    ),
    _inner(
        Upload,
        N_("Files of clients"),
        N_("File of clients"),
        ("name", "owner_id", "size", "created_at", "wanted_at", "loaded_at"),
        "owner_id",
        secret=("seen", "errors"),
        remove=_clear,
    ),
    _inner(
        UploadPart,
        N_("Parts of files of clients"),
        N_("Part of a file of clients"),
        ("upload_id", "no"),
        "upload_id",
        secret=("content",),
    ),
    _inner(
        ErasedAddress,
        N_("Fingerprints of erased addresses"),
        N_("Fingerprint of an erased address"),
        ("owner_id", "unsubscribed_at", "bounced_at"),
        "owner_id",
    ),
    _inner(
        ArticlePicture,
        N_("Pictures of articles"),
        N_("Picture of an article"),
        ("id", "width", "height", "created_at"),
        secret=("content", "small"),
    ),
    _inner(
        ArticleNotice,
        N_("Articles told of"),
        N_("Article told of"),
        ("article_id", "telegram_id", "told_at"),
        "article_id",
    ),
    _inner(
        BlogFollower,
        N_("Who hears of articles"),
        N_("Who hears of articles"),
        ("telegram_id", "since"),
    ),
    _inner(
        AdmissionAsk,
        N_("Questions about newcomers"),
        N_("Question about a newcomer"),
        ("user_id", "chat_id", "message_id"),
        "user_id",
    ),
    _inner(
        Invitation,
        N_("Invitations"),
        N_("Invitation"),
        ("id", "made_by", "used_by", "created_at", "expires_at", "used_at"),
        "made_by",
        "used_by",
        secret=("token_hash",),
        remove=_clear,
    ),
    _inner(Photo, N_("Photos"), N_("Photo"), ("user_id", "updated_at"), secret=("content",)),
    _inner(Password, N_("Passwords"), N_("Password"), ("user_id", "changed_at"), secret=("hash",)),
    _inner(
        SecondFactor,
        N_("Sign-in by code"),
        N_("Sign-in by code"),
        ("user_id", "confirmed_at", "created_at"),
        secret=("secret", "last_step"),
    ),
    _inner(
        RecoveryCode,
        N_("Recovery codes"),
        N_("Recovery code"),
        ("user_id", "used_at"),
        "user_id",
        secret=("code_hash",),
    ),
    _inner(
        SignInTry,
        N_("Tries to sign in"),
        N_("Try to sign in"),
        ("account", "address", "at"),
        search=(SignInTry.account, SignInTry.address),
        remove=_clear,
    ),
    _inner(CacheMark, N_("Cached lists"), N_("Cached list"), ("scope", "version")),
    _inner(
        InboxPosition,
        N_("Mailboxes read"),
        N_("Mailbox read"),
        ("name", "validity", "last_uid"),
        remove=_clear,
    ),
)
