"""Reasons in the words of servers."""

import pytest

from core.mail.bounces import Reason
from core.mail.bounces.statuses import code_in, reason_of_codes, status_in
from core.mail.bounces.wording import reason_in, sounds_permanent

SAID = {
    Reason.USER_UNKNOWN: [
        "Requested action not taken: mailbox unavailable",
        "No such recipient here",
        "not a valid mailbox",
        "Unknown recipient",
        "User is unknown",
        "Recipient unknown",
        "Addressee unknown",
        "unknown email address",
        "Invalid recipient",
        "The following recipients are invalid",
        "Mailbox does not exist",
        "mailbox not found",
        "Account not available",
        "this account is not available",
        "Address unknown",
        "sorry, no mailbox here by that name. (#5.1.1)",
        "This user doesn't have a yahoo.com account",
        "does not have an account here",
        "No account by that name",
        "user not known",
        "we have no such user",
        "There is no such user",
        "Recipient not found",
        "Not a valid recipient",
        "no valid recipients",
        "invalid mailbox",
        "Invalid Address",
        "unknown mailbox",
        "Mailbox is unknown",
        "user anna does not exist",
        "The recipient cannot be found",
        "Bad destination mailbox address",
        "Sorry, User unknown in virtual alias table",
        "This address no longer accepts mail",
        "This is not a valid address",
        "unable to find user anna",
        "Name not found in directory",
        "User does not exist",
        "No local mailbox",
        "no such address here",
        "The email account that you tried to reach does not exist",
        "account has been deleted",
        "RESOLVER.ADR.RecipNotFound",
        "Der Empfaenger existiert nicht",
        "Message rejected. unknown user",
        "Delivery not authorized, message refused: unknown recipient",
    ],
    Reason.HOST_UNKNOWN: [
        "Domain does not exist",
        "Host or domain name not found",
        "Name service error for name=x.example type=MX: Host not found",
        "Illegal host/domain name found",
        "No such domain",
        "domain not found",
        "Unrouteable address",
        "DNS Error: Domain name not found",
        "unknown mail host",
        "mail host is unknown",
    ],
    Reason.NOT_ACCEPTING: [
        "Domain does not accept mail (nullMX)",
        "This host does not accept mail",
    ],
    Reason.MAILBOX_FULL: [
        "Quota exceeded",
        "mailbox is full",
        "user over quota",
        "The user you are trying to contact is receiving mail... mailbox full",
        "The email account that you tried to reach is over quota",
        "mailbox for user is full",
        "Requested mail action aborted: exceeded storage allocation",
        "is over its storage limit",
        "delivery failed: over quota",
        "Not enough storage space in the mailbox",
    ],
    Reason.DISABLED: [
        "The email account that you tried to reach is disabled",
        "Account inactive",
        "This account has been suspended",
        "User account is not active",
        "mailbox disabled, not accepting messages",
        "The account is temporarily disabled",
        "550 5.2.1 This mailbox has been blocked due to inactivity",
    ],
    Reason.SPAM: [
        "Message identified as SPAM",
        "This message looks like spam",
        "High probability of spam",
        "Our system has detected that this message is likely unsolicited mail",
    ],
    Reason.BLOCKED: [
        "Service unavailable; Client host [1.2.3.4] blocked using zen.spamhaus.org",
        "Your IP address has been blacklisted",
        "Client host rejected: cannot find your reverse hostname",
        "IP 1.2.3.4 is listed at bl.x",
        "Email from 1.2.3.4 is blocked",
        "554 Blocked - see https://check.example/?ip=192.0.2.1",
        "permanent failure for one or more recipients (anna@dest.example:blocked)",
        "service refused, please try later",
    ],
    Reason.AUTHENTICATION: [
        "Email rejected per DMARC policy",
        "SPF check failed",
        "The sender domain has a DMARC Reject policy which disallows sending this email",
        "Sender is not authorized by SPF record",
    ],
    Reason.RATE_LIMITED: [
        "Too many connections",
        "rate limit exceeded",
        "Greylisted, please try again later",
        "You have exceeded the sending limit for today",
        "The user you are trying to contact is receiving mail at a rate that prevents",
    ],
    Reason.TOO_BIG: [
        "550 Message too long",
        "Message size exceeds fixed limit",
        "message too large",
        "Your message exceeded Google's message size limits",
    ],
    Reason.VIRUS: [
        "message contains a virus",
    ],
    Reason.POLICY: [
        "Relay access denied",
        "relaying denied",
        "message rejected due to local policy",
        "Sender address rejected: Domain not found",
        "sender verify failed",
        "Sender domain must exist",
        "Mail from domain not accepted",
    ],
    Reason.EXPIRED: [
        "Message could not be delivered for 5 days",
        "Connection timed out",
        "retry timeout exceeded",
        "this message has been in the queue too long",
    ],
    Reason.NETWORK: [
        "Name service error for name=x.example type=MX: Host not found, try again",
        "lost connection with mx.example while sending end of data",
        "Too many hops",
        "mail for x loops back to myself",
        "TLS is required, but was not offered",
    ],
    Reason.SYSTEM: [
        "Internal server error",
        "Service unavailable",
        "Mail system configuration error",
        "can't create user output file",
        "insufficient system storage",
    ],
    Reason.MOVED: [
        "User has moved to another address",
        "551 User not local; please try <b@x>",
        "this mailbox is no longer on this server",
    ],
    Reason.CONTENT: [
        "5.6.1 Body type not supported",
        "message header is not RFC 5322 compliant",
    ],
}


@pytest.mark.parametrize(
    ("reason", "text"), [(reason, text) for reason, texts in SAID.items() for text in texts]
)
def test_the_words_of_servers_are_understood(reason: Reason, text: str) -> None:
    assert reason_in(text) is reason


def test_wrapped_replies_are_read_as_one_sentence() -> None:
    text = "550-5.1.1 The email account that you tried to reach does\n550-5.1.1 not exist. Please"
    assert reason_in(text) is Reason.USER_UNKNOWN


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("said: 550 5.1.1 <a@b.example>: unknown", "5.1.1", 550),
        ("552 sorry (#5.2.2)", "5.2.2", 552),
        ("550-5.7.1 [192.0.2.1] blocked", "5.7.1", 550),
        ("554 5.0.0 Service unavailable; 450 4.7.1 try later", "4.7.1", 554),
        ("host mx.example[10.4.5.1] at 2026-05-10 5.4.3.2 v4.90.1.2", None, None),
        ("connect to mx:25: timed out, 4500 bytes", None, None),
    ],
)
def test_codes_are_told_from_other_numbers(text: str, status: str | None, code: int | None) -> None:
    assert (status_in(text), code_in(text)) == (status, code)


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        ("5.1.1", None, Reason.USER_UNKNOWN),
        ("5.1.10", None, Reason.NOT_ACCEPTING),
        ("4.2.2", 452, Reason.MAILBOX_FULL),
        ("5.7.26", 550, Reason.AUTHENTICATION),
        ("5.6.9", None, Reason.CONTENT),
        (None, 556, Reason.NOT_ACCEPTING),
        (None, 550, Reason.UNKNOWN),
    ],
)
def test_codes_speak_where_words_do_not(
    status: str | None, code: int | None, reason: Reason
) -> None:
    assert reason_of_codes(status, code) is reason


def test_a_mail_that_came_back_is_lost_unless_it_says_later() -> None:
    assert sounds_permanent("It did not work.")
    assert not sounds_permanent("This is only a temporary failure; delivery will be retried.")
    assert not sounds_permanent("All addresses had transient non-fatal errors; delayed.")
    assert not sounds_permanent("Please try again later.")
    assert sounds_permanent("No such user: check the address and try again.")
    assert sounds_permanent("A temporary failure lasted too long. Giving up.")
