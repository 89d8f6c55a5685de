"""RFC 5965, RFC 2369, RFC 3834."""

import pytest

from core.mail.bounces import Kind, Reason, Recipient, read
from tests.core.mail.bounces import mails


def feedback(kind: str, *fields: str, original: str = mails.ORIGINAL) -> bytes:
    report = "\n".join([f"Feedback-Type: {kind}", "User-Agent: Loop/1", "Version: 1", *fields])
    return mails.multipart(
        "feedback-report",
        ("text/plain", "A mail was reported."),
        ("message/feedback-report", report),
        ("message/rfc822", original),
    )


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("abuse", Reason.ABUSE),
        ("not-spam", Reason.NOT_SPAM),
        ("auth-failure", Reason.AUTHENTICATION_REPORT),
        ("opt-out", Reason.UNSUBSCRIBED),
        ("something-new", Reason.ABUSE),
    ],
)
def test_a_complaint_names_its_kind(kind: str, reason: Reason) -> None:
    report = read(feedback(kind, "Original-Rcpt-To: <anna@dest.example>"))
    assert report.kind is Kind.COMPLAINT
    assert [(it.address, it.reason) for it in report.recipients] == [("anna@dest.example", reason)]
    assert report.message_id == "m1@sender.example"


def test_a_complaint_without_names_is_about_whom_the_mail_went_to() -> None:
    assert [it.address for it in read(feedback("abuse")).recipients] == ["anna@dest.example"]


def test_a_complaint_tells_why_though_it_hides_who_complains() -> None:
    hidden = mails.ORIGINAL.replace("anna@dest.example", "hidden")
    report = read(feedback("opt-out", original=hidden))
    assert report.recipients == ()
    assert report.unnamed == Recipient("", reason=Reason.UNSUBSCRIBED)


def test_a_complaint_that_quotes_a_delivery_report_is_a_complaint() -> None:
    quoted = b"A mail was reported.\n\nFinal-Recipient: rfc822; a@dest.example\nStatus: 5.1.1\n"
    mail = feedback("abuse").replace(b"A mail was reported.", quoted)
    assert read(mail).kind is Kind.COMPLAINT


def test_a_complaint_to_a_fixed_address_returns_the_token_of_the_mail() -> None:
    mail = feedback("abuse").replace(b"To: <news+t0ken@", b"To: <loop@")
    assert read(mail).token == "t0ken"


def test_the_older_form_of_a_complaint_is_known() -> None:
    mail = mails.plain(
        "----- Original message -----\n\nX-HmXmrOriginalRecipient: anna@dest.example\n"
        + mails.ORIGINAL,
        "complaint about message from 192.0.2.1",
        "staff@loop.example",
    )
    report = read(mail)
    assert (report.kind, report.recipients[0].address) == (Kind.COMPLAINT, "anna@dest.example")


@pytest.mark.parametrize(
    "subject", ["unsubscribe", "Отписаться", "Отпишите меня", "unsubscribe token-7"]
)
def test_a_mail_that_asks_to_unsubscribe_is_its_senders(subject: str) -> None:
    report = read(mails.plain("", subject, "Anna <anna@dest.example>"))
    (anna,) = report.recipients
    assert report.kind is Kind.COMPLAINT
    assert (anna.address, anna.reason) == ("anna@dest.example", Reason.UNSUBSCRIBED)


@pytest.mark.parametrize(
    ("subject", "fields"),
    [
        ("Re: Spring", {"Auto_Submitted": "auto-replied (vacation)"}),
        ("Re: Spring", {"X_Autoreply": "yes"}),
        ("Re: Spring", {"Precedence": "auto_reply"}),
        ("Automatic reply: Spring", {}),
        ("Abwesenheitsnotiz: Spring", {}),
        ("Автоответ: Spring", {}),
        ("=?utf-8?b?6Ieq5YuV5b+c562U?=: Spring", {}),
        ("Gone", {"Auto_Submitted": "auto-replied", "Return_Path": "<>"}),
        ("Anna Petrova is out of the office.", {}),
        ("Afwezig: Spring", {}),
        ("Automatisch antwoord: Spring", {}),
        ("Automatisk svar: Spring", {}),
        ("Otomatik yanıt: Spring", {}),
        ("Автоматична відповідь: Spring", {}),
    ],
)
def test_an_automatic_reply_fails_nobody(subject: str, fields: dict[str, str]) -> None:
    body = "I am away and no longer with the company; mail to bert@dest.example is not delivered."
    sender = "Anna <anna@dest.example>"
    report = read(mails.plain(body, subject, sender, In_Reply_To="<m1@sender.example>", **fields))
    (anna,) = report.recipients
    assert report.kind is Kind.AUTO_REPLY
    assert (anna.address, anna.permanent, anna.is_dead) == ("anna@dest.example", None, False)
    assert report.message_id == "m1@sender.example"


@pytest.mark.parametrize("subject", ["Urlaub", "Отпуск", "[#1234] Ваше обращение принято", "Re: x"])
def test_a_program_that_is_not_to_be_answered_has_answered(subject: str) -> None:
    body = "Anna is no longer with the company, write to bert@dest.example instead."
    fields = {"Return_Path": "<>", "In_Reply_To": "<m1@sender.example>"}
    report = read(mails.plain(body, subject, "Anna <anna@dest.example>", **fields))
    assert (report.kind, report.answer) == (Kind.AUTO_REPLY, None)


def test_a_receipt_says_that_a_mail_was_opened() -> None:
    mail = mails.multipart(
        "disposition-notification",
        ("text/plain", "Your message was read by anna@dest.example."),
        (
            "message/disposition-notification",
            "Final-Recipient: rfc822; anna@dest.example\nDisposition: manual-action; displayed",
        ),
    )
    assert read(mail).kind is Kind.AUTO_REPLY


@pytest.mark.parametrize(
    ("subject", "sender"),
    [
        ("Undelivered Mail", "Mail Service <noreply@dest.example>"),
        ("Недоставленное сообщение", "Почтовая служба <noreply@dest.example>"),
    ],
)
def test_a_bounce_marked_as_automatic_is_a_bounce(subject: str, sender: str) -> None:
    body = "<anna@dest.example>: 550 5.1.1 unknown"
    report = read(mails.plain(body, subject, sender, Auto_Submitted="auto-generated"))
    assert report.kind is Kind.BOUNCE
    assert [(it.address, it.is_dead) for it in report.recipients] == [("anna@dest.example", True)]


def test_a_daemon_that_marks_its_bounces_as_automatic_still_bounces() -> None:
    mail = mails.plain("<anna@dest.example>: 550 User unknown", Auto_Submitted="auto-replied")
    assert read(mail).kind is Kind.BOUNCE
