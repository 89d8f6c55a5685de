"""The ledger's steps, in the order in which a mail goes through them."""

from core.accounts.rules import Account
from core.delivery.claims import Claim, Row, expire, extend, is_over, leave_out, take
from core.delivery.deliver import deliver
from core.delivery.fill import SEND_RUN, fill_slice, send_key
from core.delivery.finish import finish_if_done, finish_mailings
from core.delivery.hold import hold, next_look
from core.delivery.journal import Journal
from core.delivery.limits import LimitReached
from core.delivery.outcomes import Settled, settle
from core.delivery.press import Press
from core.delivery.recover import recover
from core.delivery.resolve import resolve_uncertain, retry_failed
from core.delivery.revive import revive
from core.delivery.shares import call_others
from core.delivery.silent import Left, left
from core.delivery.start import FILL_RUN, start_due, start_runs

__all__ = [
    "FILL_RUN",
    "SEND_RUN",
    "Account",
    "Claim",
    "Journal",
    "Left",
    "LimitReached",
    "Press",
    "Row",
    "Settled",
    "call_others",
    "deliver",
    "expire",
    "extend",
    "fill_slice",
    "finish_if_done",
    "finish_mailings",
    "hold",
    "is_over",
    "leave_out",
    "left",
    "next_look",
    "recover",
    "resolve_uncertain",
    "retry_failed",
    "revive",
    "send_key",
    "settle",
    "start_due",
    "start_runs",
    "take",
]
