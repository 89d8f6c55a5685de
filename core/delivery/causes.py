"""Why recipients did not get their mail: the servers' words, put into a few causes."""

from typing import Literal

from core.i18n import N_
from core.mail.bounces.report import Reason
from core.mail.bounces.statuses import reason_of_codes
from core.mail.bounces.wording import reason_in

Cause = Literal["gone", "full", "spam", "policy", "later", "too_big", "other"]

_OF_REASON: dict[Reason, Cause] = {
    **dict.fromkeys(
        (
            Reason.USER_UNKNOWN,
            Reason.HOST_UNKNOWN,
            Reason.MOVED,
            Reason.NOT_ACCEPTING,
            Reason.DISABLED,
        ),
        "gone",
    ),
    Reason.MAILBOX_FULL: "full",
    **dict.fromkeys((Reason.SPAM, Reason.VIRUS, Reason.CONTENT), "spam"),
    **dict.fromkeys(
        (Reason.BLOCKED, Reason.AUTHENTICATION, Reason.POLICY, Reason.FILTERED), "policy"
    ),
    **dict.fromkeys((Reason.RATE_LIMITED, Reason.NETWORK, Reason.SYSTEM, Reason.EXPIRED), "later"),
    Reason.TOO_BIG: "too_big",
}

CAUSES: dict[Cause, str] = {
    "gone": N_("the address does not exist"),
    "full": N_("the mailbox is full"),
    "spam": N_("taken for spam"),
    "policy": N_("the recipient's server refuses our letters"),
    "later": N_("the recipient's server could not take it in time"),
    "too_big": N_("the letter is too large"),
    "other": N_("refused without a clear cause"),
}
DELAYS: dict[Cause, str] = {  # of those who are tried again
    **CAUSES,
    "policy": N_("the server takes our letters slowly for now"),
    "later": N_("the server asks to wait"),
}
STATUSES = {
    "queued": N_("Waits"),
    "sending": N_("Is being sent"),
    "sent": N_("Sent"),
    "deferred": N_("To be tried again"),
    "failed": N_("Not delivered"),
    "uncertain": N_("Unclear"),
    "skipped": N_("Left out"),
}
SKIPPED = {
    "unsubscribed": N_("has unsubscribed"),
    "client_inactive": N_("is inactive"),
    "client_erased": N_("was erased"),
    "suppressed": N_("is on the list of addresses that get no mail"),
    "mailing_finished": N_("the mailing was finished before"),
    "message_inactive": N_("the message was inactive"),
    "too_late": N_("the time given for the sending was over"),
}
UNCERTAIN = {
    "no_answer": N_("the server took the letter and did not answer"),
    "lease_lost": N_("the sending program was interrupted"),
}


def cause_of(code: int | None, enhanced: str | None, text: str | None) -> Cause:
    """The cause of a failure: what the server wrote says more than its codes."""
    reason = reason_in(text or "")
    if reason is Reason.UNKNOWN:
        reason = reason_of_codes(enhanced, code)
    return _OF_REASON.get(reason, "other")
